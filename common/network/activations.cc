#include "common/network/activations.h"

#include "common/lane/flops.h"

namespace paceline {
namespace {

ActivationFlops MeanOfSlots() {
  ActivationFlops mean;
  const std::vector<int> slots = ActivationSlots();
  for (const int slot : slots) {
    const ActivationFlops one = FlopsOf(static_cast<v1::Activation>(slot));
    mean.value += one.value / static_cast<double>(slots.size());
    mean.slope += one.slope / static_cast<double>(slots.size());
  }
  return mean;
}

}  // namespace

std::vector<int> ActivationSlots() {
  return {v1::ACTIVATION_RELU, v1::ACTIVATION_RELU,    v1::ACTIVATION_RELU6,
          v1::ACTIVATION_SELU, v1::ACTIVATION_TANH,    v1::ACTIVATION_COS,
          v1::ACTIVATION_SIN,  v1::ACTIVATION_SIGMOID, v1::ACTIVATION_SILU,
          v1::ACTIVATION_SILU, v1::ACTIVATION_GELU,    v1::ACTIVATION_LEAKY_RELU};
}

ActivationFlops FlopsOf(v1::Activation activation) {
  switch (activation) {
    case v1::ACTIVATION_RELU:
    case v1::ACTIVATION_LEAKY_RELU:
      return {1, 1};
    case v1::ACTIVATION_RELU6:
      return {2, 2};
    case v1::ACTIVATION_SELU:
      return {kExp + 3, kExp + 1};
    // The slope follows from the value.
    case v1::ACTIVATION_TANH:
      return {kTanh, 2};
    case v1::ACTIVATION_SIGMOID:
      return {kExp + 2, 2};
    case v1::ACTIVATION_SILU:
      return {kExp + 3, 4};
    case v1::ACTIVATION_GELU:
      return {kTanh + 8, 10};
    case v1::ACTIVATION_COS:
    case v1::ACTIVATION_SIN:
      return {kSinCos, kSinCos};
    case v1::ACTIVATION_ANY:
      return MeanOfSlots();
    case v1::ACTIVATION_UNSPECIFIED:
    case v1::Activation_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Activation_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return {};
}

}  // namespace paceline
