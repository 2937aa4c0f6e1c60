#include "worker/optim/kernels.h"

#include "common/lane/simd.h"
#include "worker/optim/adafac_tensor_kernel.h"
#include "worker/optim/adafac_vector_kernel.h"
#include "worker/optim/hand_designed_kernel.h"
#include "worker/optim/mlp_lopt_kernel.h"

namespace paceline::PACELINE_SIMD_NAMESPACE {
namespace {

using V = lane::SimdLane;

void Sgd(float learning_rate, const float* gradient, float* parameters, size_t size) {
  ApplyToAll<V>(SgdRule{learning_rate, gradient, parameters}, size);
}

void Sgdm(const SgdmArgs& args, const float* gradient, float* parameters, float* trace,
          size_t size) {
  ApplyToAll<V>(SgdmRule{args, gradient, parameters, trace}, size);
}

void Adam(const AdamArgs& args, const float* gradient, float* parameters, float* first,
          float* second, size_t size) {
  ApplyToAll<V>(AdamRule{args, gradient, parameters, first, second}, size);
}

void Start(int64_t iteration, const float* first_bias, const float* time_weights,
           size_t padded_hidden, float* start) {
  TimeStart<V>(iteration, first_bias, time_weights, padded_hidden, start);
}

void MlpLopt(const MlpLoptTensor& tensor) { UpdateMlpLopt<V>(tensor); }
void AdafacOnTensor(const AdafacTensor& tensor) { UpdateAdafacTensor<V>(tensor); }
void AdafacOnVector(const AdafacVector& vector) { UpdateAdafacVector<V>(vector); }

constexpr OptimKernels kKernels = {.sgd = Sgd,
                                   .sgdm = Sgdm,
                                   .adam = Adam,
                                   .time_start = Start,
                                   .mlp_lopt = MlpLopt,
                                   .adafac_tensor = AdafacOnTensor,
                                   .adafac_vector = AdafacOnVector};

}  // namespace

const OptimKernels& Kernels() { return kKernels; }

}  // namespace paceline::PACELINE_SIMD_NAMESPACE
