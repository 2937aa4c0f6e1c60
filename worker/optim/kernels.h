// The plans of all families, each of which has a kernel: worker/optim/<folder>/kernel.h is a
// template over a lane type and a team (Prepare, InitState, Update), simd.cc its instances.
#pragma once

#include <type_traits>

#include "common/lopt/families.h"

namespace paceline {

template <class... Plans>
struct PlanList {};

// Families may share a plan.
template <class Plan, class... Plans>
using PlansWith = std::conditional_t<(std::is_same_v<Plan, Plans> || ...), PlanList<Plans...>,
                                     PlanList<Plans..., Plan>>;
template <class... Plans>
PlanList<Plans...> PlansOf(PlanList<Plans...>, FamilyList<>);
template <class... Plans, class First, class... Rest>
auto PlansOf(PlanList<Plans...>, FamilyList<First, Rest...>) {
  return PlansOf(PlansWith<typename First::Plan, Plans...>(), FamilyList<Rest...>());
}

using OptimPlans = decltype(PlansOf(PlanList<>(), AllFamilies()));

}  // namespace paceline
