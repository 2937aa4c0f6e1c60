// The families of ReferenceOptimizer, one file each, and what they share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/lopt/layout.h"
#include "worker/reference/optimizer.h"

namespace paceline {

struct ReferenceSetup {
  const v1::LearnedOptimizer& config;
  const std::vector<ParameterTensor>& tensors;
  int64_t runs;
  at::TensorOptions options;  // type and device of all that is computed
};

// [run, shape...]
std::vector<int64_t> WithRuns(int64_t runs, const std::vector<int64_t>& shape);
// A number for each run, [run], beside a tensor [run, shape...].
at::Tensor Beside(const at::Tensor& per_run, const at::Tensor& tensor);
// θ's elements of one leaf: [run, shape...].
at::Tensor LeafOf(const at::Tensor& thetas, const ThetaLayout& layout, const std::string& path);

// hand_designed.cc
std::unique_ptr<ReferenceOptimizer> MakeReferenceSgd(const ReferenceSetup& setup);
std::unique_ptr<ReferenceOptimizer> MakeReferenceSgdm(const ReferenceSetup& setup);
std::unique_ptr<ReferenceOptimizer> MakeReferenceAdam(const ReferenceSetup& setup);
// mlp_lopt.cc
std::unique_ptr<ReferenceOptimizer> MakeReferenceMlpLopt(const ReferenceSetup& setup);
// adafac_mlp.cc
std::unique_ptr<ReferenceOptimizer> MakeReferenceAdafacMlp(const ReferenceSetup& setup);
std::unique_ptr<ReferenceOptimizer> MakeReferenceMuAdafacMlp(const ReferenceSetup& setup);
// mlp_nom.cc
std::unique_ptr<ReferenceOptimizer> MakeReferenceMlpNom(const ReferenceSetup& setup);
// linear.cc
std::unique_ptr<ReferenceOptimizer> MakeReferenceLinear(const ReferenceSetup& setup);
// celo2.cc
std::unique_ptr<ReferenceOptimizer> MakeReferenceCelo2(const ReferenceSetup& setup);
// nn_adam.cc, rnn_mlp_lopt.cc, hyper_v2.cc, learned_schedule.cc
std::unique_ptr<ReferenceOptimizer> MakeReferenceNnAdam(const ReferenceSetup& setup);
std::unique_ptr<ReferenceOptimizer> MakeReferenceRnnMlpLopt(const ReferenceSetup& setup);
std::unique_ptr<ReferenceOptimizer> MakeReferenceHyperV2(const ReferenceSetup& setup);
std::unique_ptr<ReferenceOptimizer> MakeReferenceLearnedSchedule(const ReferenceSetup& setup);

}  // namespace paceline
