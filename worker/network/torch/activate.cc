#include "worker/network/torch/activate.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/selu.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/where.h>

namespace paceline {

at::Tensor Activate(v1::Activation activation, const at::Tensor& x) {
  switch (activation) {
    case v1::ACTIVATION_RELU6:
      return at::hardtanh(x, 0, 6);
    case v1::ACTIVATION_SELU:
      return at::selu(x);
    case v1::ACTIVATION_TANH:
      return x.tanh();
    case v1::ACTIVATION_COS:
      return x.cos();
    case v1::ACTIVATION_SIN:
      return x.sin();
    case v1::ACTIVATION_SIGMOID:
      return x.sigmoid();
    case v1::ACTIVATION_SILU:
      return at::silu(x);
    case v1::ACTIVATION_GELU:
      return at::gelu(x, "tanh");
    case v1::ACTIVATION_LEAKY_RELU:
      // Not at::leaky_relu: its slope at 0, which whole rows of black pixels have, is the other
      // one.
      return at::where(x >= 0, x, x * -0.5);
    case v1::ACTIVATION_RELU:
    case v1::ACTIVATION_ANY:
    case v1::ACTIVATION_UNSPECIFIED:
    case v1::Activation_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Activation_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return x.relu();
}

}  // namespace paceline
