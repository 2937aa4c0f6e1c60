// A plan with what it points to.
#pragma once

#include <cstdint>
#include <vector>

#include "common/lopt/plan/tensor_plan.h"

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

}  // namespace paceline
