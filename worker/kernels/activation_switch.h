// Activations chosen when the program runs.
#pragma once

#include "worker/kernels/activation_math.h"
#include "worker/kernels/mlp_shape.h"

namespace paceline::kernels {

// body(the activation's functions)
template <class Body>
PACELINE_LANE auto WithActivation(ActivationKind kind, const Body& body) {
  switch (kind) {
    case ActivationKind::kRelu6:
      return body(activation::Relu6());
    case ActivationKind::kSelu:
      return body(activation::Selu());
    case ActivationKind::kTanh:
      return body(activation::Tanh());
    case ActivationKind::kCos:
      return body(activation::Cos());
    case ActivationKind::kSin:
      return body(activation::Sin());
    case ActivationKind::kSigmoid:
      return body(activation::Sigmoid());
    case ActivationKind::kSilu:
      return body(activation::Silu());
    case ActivationKind::kGelu:
      return body(activation::Gelu());
    case ActivationKind::kLeakyRelu:
      return body(activation::LeakyRelu());
    case ActivationKind::kRelu:
      break;
  }
  return body(activation::Relu());
}

// Calls, so that the products do not carry a copy of every activation; relu is short enough.
template <class V>
PACELINE_LANE_CALL V CallActivation(ActivationKind kind, V x) {
  return WithActivation(kind, [x](auto function) { return function.Value(x); });
}
template <class V>
PACELINE_LANE_CALL V CallActivationSlope(ActivationKind kind, V x) {
  return WithActivation(kind, [x](auto function) { return function.Slope(x); });
}

template <class V>
PACELINE_LANE_CALL V CallActivationBend(ActivationKind kind, V x) {
  return WithActivation(kind, [x](auto function) { return function.Bend(x); });
}

template <class V>
PACELINE_LANE V Activate(ActivationKind kind, V x) {
  return kind == ActivationKind::kRelu ? activation::Relu::Value(x) : CallActivation(kind, x);
}
template <class V>
PACELINE_LANE V ActivationSlope(ActivationKind kind, V x) {
  return kind == ActivationKind::kRelu ? activation::Relu::Slope(x) : CallActivationSlope(kind, x);
}
template <class V>
PACELINE_LANE V ActivationBend(ActivationKind kind, V x) {
  return kind == ActivationKind::kRelu ? activation::Relu::Bend(x) : CallActivationBend(kind, x);
}

}  // namespace paceline::kernels
