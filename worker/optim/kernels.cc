#include "worker/optim/kernels.h"

#include "common/lane/simd.h"
#include "worker/optim/all_kernels.h"

namespace paceline::PACELINE_SIMD_NAMESPACE {
namespace {

using V = lane::SimdLane;

template <class Plan>
void Prepare(const Plan& plan, const float* theta, float* prepared) {
  Plan::Kernel::template Prepare<V>(plan, theta, prepared, lane::Solo());
}

template <class Plan>
void InitState(const Plan& plan, const float* prepared, float* state) {
  Plan::Kernel::template InitState<V>(plan, prepared, state, lane::Solo());
}

template <class Plan>
void Update(const Plan& plan, const float* prepared, int64_t iteration, float loss,
            const float* gradient, float* parameters, float* state, float* scratch) {
  Plan::Kernel::template Update<V>(plan, prepared, iteration, loss, gradient, parameters, state,
                                   scratch, lane::Solo());
}

template <class... Plans>
constexpr OptimOpsOf<Plans...> OpsOf(const OptimOpsOf<Plans...>*) {
  return {{Prepare<Plans>, InitState<Plans>, Update<Plans>}...};
}

constexpr OptimKernels kKernels = OpsOf(static_cast<const OptimKernels*>(nullptr));

}  // namespace

const OptimKernels& Kernels() { return kKernels; }

}  // namespace paceline::PACELINE_SIMD_NAMESPACE
