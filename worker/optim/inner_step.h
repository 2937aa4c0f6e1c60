// What an optimizer is told of one inner step, as plain data.
#pragma once

#include <cstdint>

namespace paceline {

struct InnerStep {
  int64_t iteration = 0;  // updates done before this one: the first sees 0
  int64_t num_steps = 0;  // T: the inner steps that the run will have had at its end
  float loss = 0;         // before the update
  // The loss is one on validation data: accumulators of such losses move, parameters do not. For
  // the families that have them; others treat the step as any other.
  bool is_valid = false;
  // [parameter], flat, in the order of the optimizer's tensors.
  const float* gradient = nullptr;
  // [parameter]: one probe's estimate of the diagonal of the Hessian (of the Gauss–Newton matrix),
  // null in steps without a probe (worker/task/task.h).
  const float* hessian_diagonal = nullptr;
  const float* gauss_newton_diagonal = nullptr;
};

}  // namespace paceline
