// Makes LaunchWindow for every family of optimizers, for callers in other files: to be included
// once, after its definition.
#pragma once

#include <tuple>

#include "worker/cuda/window.h"
#include "worker/optim/kernels.h"

namespace paceline::cuda {
namespace {

template <class... Plans>
auto WindowInstances(const PlanList<Plans...>*) {
  return std::tuple(&LaunchWindow<Plans>...);
}
[[maybe_unused]] const auto kWindowInstances =
    WindowInstances(static_cast<const OptimPlans*>(nullptr));

}  // namespace
}  // namespace paceline::cuda
