// From a config to an optimizer's plan: one function per family, for a list of tensors.
#pragma once

#include <vector>

#include "common/lane/dispatch.h"
#include "common/lopt/layout.h"
#include "worker/optim/kernels.h"
#include "worker/optim/optimizer.h"
#include "worker/optim/plan_tensor.h"

namespace paceline {

// A plan and the tensors that it points to. Can be moved, not copied.
template <class PlanType>
struct OwnedPlan {
  using Plan = PlanType;
  Plan plan;
  std::vector<TensorPlan> tensors;

  OwnedPlan() = default;
  OwnedPlan(OwnedPlan&&) noexcept = default;
  OwnedPlan& operator=(OwnedPlan&&) noexcept = default;

  // Once `tensors` is complete.
  void Own() {
    plan.tensors = tensors.data();
    plan.tensor_count = static_cast<uint32_t>(tensors.size());
  }
};

OwnedPlan<LearnableSgdPlan> PlanLearnableSgd(const v1::LearnedOptimizer& config,
                                             const std::vector<ParameterTensor>& tensors);
OwnedPlan<LearnableSgdmPlan> PlanLearnableSgdm(const v1::LearnedOptimizer& config,
                                               const std::vector<ParameterTensor>& tensors);
OwnedPlan<LearnableAdamPlan> PlanLearnableAdam(const v1::LearnedOptimizer& config,
                                               const std::vector<ParameterTensor>& tensors);
OwnedPlan<MlpLoptPlan> PlanMlpLopt(const v1::LearnedOptimizer& config,
                                   const std::vector<ParameterTensor>& tensors);
OwnedPlan<AdafacMlpPlan> PlanAdafacMlp(const v1::LearnedOptimizer& config,
                                       const std::vector<ParameterTensor>& tensors);
OwnedPlan<NnAdamPlan> PlanNnAdam(const v1::LearnedOptimizer& config,
                                 const std::vector<ParameterTensor>& tensors);
OwnedPlan<HyperV2Plan> PlanHyperV2(const v1::LearnedOptimizer& config,
                                   const std::vector<ParameterTensor>& tensors);
OwnedPlan<RnnMlpPlan> PlanRnnMlp(const v1::LearnedOptimizer& config,
                                 const std::vector<ParameterTensor>& tensors);
OwnedPlan<LearnedSchedulePlan> PlanLearnedSchedule(const v1::LearnedOptimizer& config,
                                                   const std::vector<ParameterTensor>& tensors);

OwnedPlan<AdafacMlpPlan> PlanMuAdafacMlp(const v1::LearnedOptimizer& config,
                                         const std::vector<ParameterTensor>& tensors);
OwnedPlan<MlpNomPlan> PlanMlpNom(const v1::LearnedOptimizer& config,
                                 const std::vector<ParameterTensor>& tensors);
OwnedPlan<LinearPlan> PlanLinear(const v1::LearnedOptimizer& config,
                                 const std::vector<ParameterTensor>& tensors);
OwnedPlan<Celo2Plan> PlanCelo2(const v1::LearnedOptimizer& config,
                               const std::vector<ParameterTensor>& tensors);

[[noreturn]] void FailNoOptimizer();

// visit(OwnedPlan) of the config's family; what it returns. `config` is valid.
template <class Visit>
auto VisitPlan(const v1::LearnedOptimizer& config, const std::vector<ParameterTensor>& tensors,
               const Visit& visit) {
  switch (config.kind_case()) {
    case v1::LearnedOptimizer::kLearnableSgd:
      return visit(PlanLearnableSgd(config, tensors));
    case v1::LearnedOptimizer::kLearnableSgdm:
      return visit(PlanLearnableSgdm(config, tensors));
    case v1::LearnedOptimizer::kLearnableAdam:
      return visit(PlanLearnableAdam(config, tensors));
    case v1::LearnedOptimizer::kMlpLopt:
      return visit(PlanMlpLopt(config, tensors));
    case v1::LearnedOptimizer::kAdafacMlp:
      return visit(PlanAdafacMlp(config, tensors));
    case v1::LearnedOptimizer::kNnAdam:
      return visit(PlanNnAdam(config, tensors));
    case v1::LearnedOptimizer::kHyperV2:
      return visit(PlanHyperV2(config, tensors));
    case v1::LearnedOptimizer::kRnnMlpLopt:
      return visit(PlanRnnMlp(config, tensors));
    case v1::LearnedOptimizer::kLearnedSchedule:
      return visit(PlanLearnedSchedule(config, tensors));
    case v1::LearnedOptimizer::kMuAdafacMlp:
      return visit(PlanMuAdafacMlp(config, tensors));
    case v1::LearnedOptimizer::kMlpNomLopt:
      return visit(PlanMlpNom(config, tensors));
    case v1::LearnedOptimizer::kLinear:
      return visit(PlanLinear(config, tensors));
    case v1::LearnedOptimizer::kCelo2:
      return visit(PlanCelo2(config, tensors));
    case v1::LearnedOptimizer::kSystemParameters:
    case v1::LearnedOptimizer::KIND_NOT_SET:
      break;
  }
  FailNoOptimizer();
}

template <class Plan>
const OptimOps<Plan>& OpsFor(lane::Target target) {
  switch (target) {
    case lane::Target::kScalar:
      break;
    case lane::Target::kAvx2:
      return simd_Avx2::OpsOf<Plan>();
    case lane::Target::kAvx512:
      return simd_Avx512::OpsOf<Plan>();
  }
  return simd_Scalar::OpsOf<Plan>();
}

// The processor must be able to run `target`.
std::unique_ptr<Optimizer> MakeOptimizerFor(const v1::LearnedOptimizer& config,
                                            const std::vector<ParameterTensor>& tensors,
                                            lane::Target target);

}  // namespace paceline
