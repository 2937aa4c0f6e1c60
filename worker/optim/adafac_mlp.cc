#include <algorithm>

#include "worker/optim/make.h"
#include "worker/optim/plan_adafac.h"
#include "worker/optim/plan_network.h"
#include "worker/optim/scratch.h"

namespace paceline {
namespace {

// Kernel input → row of reference 2.3: per element; v_row, its inverse roots; v_col, likewise.
const std::vector<uint8_t> kInputRows = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 25,
                                         26, 27, 13, 14, 15, 19, 20, 21, 16, 17, 18, 22, 23, 24};

}  // namespace

OwnedPlan<AdafacMlpPlan> PlanAdafacMlp(const v1::LearnedOptimizer& config,
                                       const std::vector<ParameterTensor>& tensors) {
  const ThetaLayout layout = LayoutOf(config);
  const v1::AdafacMlp& own = config.adafac_mlp();
  std::vector<LayerPaths> paths;
  for (size_t i = 0; i <= own.layers(); ++i) {
    paths.push_back({"nn/~/w" + std::to_string(i), "nn/~/b" + std::to_string(i)});
  }
  OwnedPlan<AdafacMlpPlan> result;
  AdafacMlpPlan& plan = result.plan;
  const auto leaf = [&](const char* path) {
    return static_cast<uint32_t>(layout.leaf(path).offset);
  };
  plan.momentum_decays = leaf("momentum_decays");
  plan.rms_decay = leaf("rms_decays");
  plan.factored_decays = leaf("adafactor_decays");
  for (const ParameterTensor& tensor : tensors) {
    result.tensors.push_back(PlanFactored(tensor));
    result.tensors.back().state = plan.state_size;
    plan.state_size += AdafacStateSize(result.tensors.back());
  }
  FloatSlices prepared, scratch;
  plan.network = PlanNetwork(layout,
                             {.hidden = own.hidden(),
                              .layers = own.layers(),
                              .exp_multiplier = own.exp_multiplier(),
                              .step_multiplier = own.step_multiplier()},
                             paths, kInputRows, prepared, scratch);
  plan.decays = prepared.Take(2 * (2 * kAdafacDecays + 1));
  const size_t staged = LargestStaged(result.tensors);
  plan.totals = scratch.Take(kAdafacFeatures);
  plan.staged_gradient = scratch.Take(staged);
  plan.staged_parameters = scratch.Take(staged);
  TakeAdafacScratch(result.tensors, plan, scratch);
  plan.sums = scratch.Take(SumScratch(kAdafacElementFeatures + kAdafacSideFeatures));
  plan.theta_size = static_cast<uint32_t>(layout.size);
  plan.prepared_size = prepared.used();
  plan.scratch_size = scratch.used();
  result.Own();
  return result;
}

}  // namespace paceline
