// Makes the optimizers' kernels for one instruction set.
#pragma once

#include <memory>
#include <vector>

#include "common/lane/dispatch.h"
#include "common/lopt/families.h"
#include "worker/optim/kernels.h"
#include "worker/optim/ops.h"
#include "worker/optim/optimizer.h"

namespace paceline {

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
