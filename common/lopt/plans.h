// The plan of every family for a list of tensors: where its state, its prepared θ and its scratch
// lie. Arithmetic on shapes alone; worker/optim has the kernels that go by it.
#pragma once

#include <vector>

#include "common/lopt/adafac_mlp/plan.h"
#include "common/lopt/celo2/plan.h"
#include "common/lopt/hand_designed/plan.h"
#include "common/lopt/hyper_v2/plan.h"
#include "common/lopt/learned_schedule/plan.h"
#include "common/lopt/linear/plan.h"
#include "common/lopt/mlp_lopt/plan.h"
#include "common/lopt/mlp_nom_lopt/plan.h"
#include "common/lopt/nn_adam/plan.h"
#include "common/lopt/plan/owned_plan.h"
#include "common/lopt/rnn_mlp_lopt/plan.h"
#include "common/lopt/tensor.h"
#include "paceline/v1/optimizer.pb.h"

namespace paceline {

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

}  // namespace paceline
