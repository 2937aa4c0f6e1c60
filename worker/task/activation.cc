#include "worker/task/activation.h"

#include <utility>

#include "worker/kernels/activation_math.h"

namespace paceline {
namespace {

// Calls visit with the activation's type; false if there is none.
template <class Visitor>
bool Visit(v1::Activation kind, Visitor&& visit) {
  switch (kind) {
    case v1::ACTIVATION_RELU:
      return visit(activation::Relu{}), true;
    case v1::ACTIVATION_RELU6:
      return visit(activation::Relu6{}), true;
    case v1::ACTIVATION_SELU:
      return visit(activation::Selu{}), true;
    case v1::ACTIVATION_TANH:
      return visit(activation::Tanh{}), true;
    case v1::ACTIVATION_COS:
      return visit(activation::Cos{}), true;
    case v1::ACTIVATION_SIN:
      return visit(activation::Sin{}), true;
    case v1::ACTIVATION_SIGMOID:
      return visit(activation::Sigmoid{}), true;
    case v1::ACTIVATION_SILU:
      return visit(activation::Silu{}), true;
    case v1::ACTIVATION_GELU:
      return visit(activation::Gelu{}), true;
    case v1::ACTIVATION_LEAKY_RELU:
      return visit(activation::LeakyRelu{}), true;
    case v1::ACTIVATION_ANY:
    case v1::ACTIVATION_UNSPECIFIED:
    case v1::Activation_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Activation_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return false;
}

}  // namespace

bool IsActivation(v1::Activation activation) {
  return Visit(activation, [](auto) {});
}

void Activate(v1::Activation activation, std::span<const float> x, std::span<float> y) {
  Visit(activation, [&]<class F>(F) {
    for (size_t i = 0; i < x.size(); ++i) y[i] = F::Value(lane::Scalar{x[i]}).raw;
  });
}

void MultiplyBySlope(v1::Activation activation, std::span<const float> x,
                     std::span<float> gradient) {
  Visit(activation, [&]<class F>(F) {
    for (size_t i = 0; i < x.size(); ++i) gradient[i] *= F::Slope(lane::Scalar{x[i]}).raw;
  });
}

void MultiplyByBend(v1::Activation activation, std::span<const float> x,
                    std::span<float> gradient) {
  Visit(activation, [&]<class F>(F) {
    for (size_t i = 0; i < x.size(); ++i) gradient[i] *= F::Bend(lane::Scalar{x[i]}).raw;
  });
}

}  // namespace paceline
