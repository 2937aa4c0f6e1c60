// What one family of learned optimizers is, for everything that must know about it without running
// it. The table is made of common/lopt/families.h.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/lopt/curvature.h"
#include "common/lopt/layout.h"
#include "common/lopt/plan/plan_sizes.h"
#include "common/lopt/tensor.h"
#include "paceline/v1/optimizer.pb.h"

namespace paceline {

// Functions take a valid config of this family; common/lopt/family_parts.h says what each means.
struct Family {
  using Config = v1::LearnedOptimizer;
  using Tensors = std::vector<ParameterTensor>;

  Config::KindCase kind = Config::KIND_NOT_SET;
  std::string name;  // the config's key: "mlp_lopt"
  std::vector<ThetaLeaf> (*leaves)(const Config& config) = nullptr;
  PlanSizes (*sizes)(const Config& config, const Tensors& tensors) = nullptr;
  double (*flops)(const Config& config, const Tensors& tensors) = nullptr;
  double (*accumulators)(const Config& config, const ParameterTensor& tensor) = nullptr;
  CurvatureNeeds (*curvature)(const Config& config) = nullptr;
  // Does it clip by the norm of all tensors' gradients together?
  bool (*clips_globally)(const Config& config) = nullptr;
  bool reads_loss = false;
  bool reads_num_steps = false;
  bool reads_theta_whole = false;
};

// Every kind of LearnedOptimizer: the families, and system_parameters, which has no state.
std::span<const Family> Families();
// `config` has a kind.
const Family& FamilyOf(const v1::LearnedOptimizer& config);

}  // namespace paceline
