// The activations of task.proto, their slopes and second derivatives, over a lane type
// (common/lane/scalar.h). NaN gives NaN (but second derivatives that are 0 everywhere). At a kink
// the slope is 0 (relu, relu6) or that of the upper side (selu: of the lower), and the second
// derivative is that of the same side.
#pragma once

#include "common/lane/math.h"

namespace paceline::activation {

struct Relu {
  template <class V>
  static PACELINE_LANE V Value(V x) {
    return Max(V::Set(0.0f), x);
  }
  template <class V>
  static PACELINE_LANE V Slope(V x) {
    return Select(V::Set(0.0f) < x, V::Set(1.0f), V::Set(0.0f));
  }
  template <class V>
  static PACELINE_LANE V Bend(V) {
    return V::Set(0.0f);
  }
};

struct Relu6 {
  template <class V>
  static PACELINE_LANE V Value(V x) {
    return Min(V::Set(6.0f), Max(V::Set(0.0f), x));
  }
  template <class V>
  static PACELINE_LANE V Slope(V x) {
    return Select(x < V::Set(6.0f), Relu::Slope(x), V::Set(0.0f));
  }
  template <class V>
  static PACELINE_LANE V Bend(V) {
    return V::Set(0.0f);
  }
};

// scale · (x, or alpha·(e^x − 1) below zero): G. Klambauer et al., "Self-normalizing neural
// networks".
struct Selu {
  static constexpr float kScale = 1.0507009873554805f;
  static constexpr float kScaleAlpha = 1.0507009873554805 * 1.6732632423543772;
  template <class V>
  static PACELINE_LANE V Value(V x) {
    const V below = V::Set(kScaleAlpha) * (lane::Exp(x) - V::Set(1.0f));
    return Select(V::Set(0.0f) < x, V::Set(kScale) * x, below);
  }
  template <class V>
  static PACELINE_LANE V Slope(V x) {
    return Select(V::Set(0.0f) < x, V::Set(kScale), V::Set(kScaleAlpha) * lane::Exp(x));
  }
  template <class V>
  static PACELINE_LANE V Bend(V x) {
    return Select(V::Set(0.0f) < x, V::Set(0.0f), V::Set(kScaleAlpha) * lane::Exp(x));
  }
};

struct Tanh {
  template <class V>
  static PACELINE_LANE V Value(V x) {
    return lane::Tanh(x);
  }
  template <class V>
  static PACELINE_LANE V Slope(V x) {
    const V y = lane::Tanh(x);
    return V::Set(1.0f) - y * y;
  }
  template <class V>
  static PACELINE_LANE V Bend(V x) {
    const V y = lane::Tanh(x);
    return V::Set(-2.0f) * y * (V::Set(1.0f) - y * y);
  }
};

// Beyond ±8191 an argument counts as ±8191: float32 has no phase left there worth reducing.
template <class V>
PACELINE_LANE V ReducibleAngle(V x) {
  return Min(V::Set(8191.0f), Max(V::Set(-8191.0f), x));
}

struct Cos {
  template <class V>
  static PACELINE_LANE V Value(V x) {
    return lane::Cos(ReducibleAngle(x));
  }
  template <class V>
  static PACELINE_LANE V Slope(V x) {
    return -lane::Sin(ReducibleAngle(x));
  }
  template <class V>
  static PACELINE_LANE V Bend(V x) {
    return -lane::Cos(ReducibleAngle(x));
  }
};

struct Sin {
  template <class V>
  static PACELINE_LANE V Value(V x) {
    return lane::Sin(ReducibleAngle(x));
  }
  template <class V>
  static PACELINE_LANE V Slope(V x) {
    return lane::Cos(ReducibleAngle(x));
  }
  template <class V>
  static PACELINE_LANE V Bend(V x) {
    return -lane::Sin(ReducibleAngle(x));
  }
};

struct Sigmoid {
  template <class V>
  static PACELINE_LANE V Value(V x) {
    return lane::Sigmoid(x);
  }
  template <class V>
  static PACELINE_LANE V Slope(V x) {
    const V y = lane::Sigmoid(x);
    return y * (V::Set(1.0f) - y);
  }
  template <class V>
  static PACELINE_LANE V Bend(V x) {
    const V y = lane::Sigmoid(x);
    return y * (V::Set(1.0f) - y) * (V::Set(1.0f) - y - y);
  }
};

// x · sigmoid(x)
struct Silu {
  template <class V>
  static PACELINE_LANE V Value(V x) {
    return x * lane::Sigmoid(x);
  }
  template <class V>
  static PACELINE_LANE V Slope(V x) {
    const V y = lane::Sigmoid(x);
    return y * (V::Set(1.0f) + x * (V::Set(1.0f) - y));
  }
  template <class V>
  static PACELINE_LANE V Bend(V x) {
    const V y = lane::Sigmoid(x);
    const V slope = y * (V::Set(1.0f) - y);
    return slope * (V::Set(2.0f) + x * (V::Set(1.0f) - y - y));
  }
};

// x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³))): D. Hendrycks, K. Gimpel, "Gaussian error linear
// units".
struct Gelu {
  static constexpr float kRoot = 0.7978845608028654f;
  static constexpr float kCubic = 0.044715f;
  template <class V>
  static PACELINE_LANE V TanhOf(V x) {
    return lane::Tanh(V::Set(kRoot) * (x + V::Set(kCubic) * x * x * x));
  }
  template <class V>
  static PACELINE_LANE V Value(V x) {
    return V::Set(0.5f) * x * (V::Set(1.0f) + TanhOf(x));
  }
  template <class V>
  static PACELINE_LANE V Slope(V x) {
    const V t = TanhOf(x);
    // 1 − t² is 0 beyond ±10, where x² could overflow.
    const V u = Min(V::Set(10.0f), Max(V::Set(-10.0f), x));
    const V inner = V::Set(kRoot) * (V::Set(1.0f) + V::Set(3.0f * kCubic) * u * u);
    return V::Set(0.5f) * (V::Set(1.0f) + t + u * (V::Set(1.0f) - t * t) * inner);
  }
  template <class V>
  static PACELINE_LANE V Bend(V x) {
    const V t = TanhOf(x);
    const V u = Min(V::Set(10.0f), Max(V::Set(-10.0f), x));
    const V inner = V::Set(kRoot) * (V::Set(1.0f) + V::Set(3.0f * kCubic) * u * u);
    const V inner_slope = V::Set(6.0f * kRoot * kCubic) * u;
    const V slope = (V::Set(1.0f) - t * t) * inner;
    const V bend = (V::Set(1.0f) - t * t) * inner_slope - V::Set(2.0f) * t * slope * inner;
    return slope + V::Set(0.5f) * u * bend;
  }
};

struct LeakyRelu {
  static constexpr float kSlope = -0.5f;
  template <class V>
  static PACELINE_LANE V Value(V x) {
    return Select(x < V::Set(0.0f), V::Set(kSlope) * x, x);
  }
  template <class V>
  static PACELINE_LANE V Slope(V x) {
    return Select(x < V::Set(0.0f), V::Set(kSlope), V::Set(1.0f));
  }
  template <class V>
  static PACELINE_LANE V Bend(V) {
    return V::Set(0.0f);
  }
};

}  // namespace paceline::activation
