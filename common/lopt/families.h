// The families of learned optimizers, all in one list: a family is a folder and its line here.
//
// What a family is beside its kernels is asked of it by FamilyOf (common/lopt/family.h), which
// needs none of these headers; this one is for those who need its types.
#pragma once

#include <vector>

#include "common/lopt/adafac_mlp/family.h"
#include "common/lopt/celo2/family.h"
#include "common/lopt/hand_designed/family.h"
#include "common/lopt/hyper_v2/family.h"
#include "common/lopt/learned_schedule/family.h"
#include "common/lopt/linear/family.h"
#include "common/lopt/mlp_lopt/family.h"
#include "common/lopt/mlp_nom_lopt/family.h"
#include "common/lopt/nn_adam/family.h"
#include "common/lopt/rnn_mlp_lopt/family.h"
#include "common/lopt/sign_momentum/family.h"

namespace paceline {

template <class... Families>
struct FamilyList {};

using AllFamilies = FamilyList<LearnableSgdFamily, LearnableSgdmFamily, LearnableAdamFamily,
                               MlpLoptFamily, AdafacMlpFamily, MuAdafacMlpFamily, MlpNomLoptFamily,
                               LinearFamily, Celo2Family, NnAdamFamily, RnnMlpLoptFamily,
                               HyperV2Family, LearnedScheduleFamily, SignMomentumFamily>;

[[noreturn]] void FailNoOptimizer();

template <class Visit, class First, class... Rest>
auto VisitFamilyIn(const FamilyList<First, Rest...>*, const v1::LearnedOptimizer& config,
                   const Visit& visit) {
  if (config.kind_case() == First::kKind) return visit(First());
  if constexpr (sizeof...(Rest) > 0) {
    return VisitFamilyIn(static_cast<const FamilyList<Rest...>*>(nullptr), config, visit);
  } else {
    FailNoOptimizer();
  }
}

// visit(the config's family); what it returns. `config` is valid.
template <class Visit>
auto VisitFamily(const v1::LearnedOptimizer& config, const Visit& visit) {
  return VisitFamilyIn(static_cast<const AllFamilies*>(nullptr), config, visit);
}

// visit(OwnedPlan) of the config's family; what it returns. `config` is valid.
template <class Visit>
auto VisitPlan(const v1::LearnedOptimizer& config, const std::vector<ParameterTensor>& tensors,
               const Visit& visit) {
  return VisitFamily(
      config, [&](auto family) { return visit(decltype(family)::PlanFor(config, tensors)); });
}

}  // namespace paceline
