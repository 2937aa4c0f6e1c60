// Compiled once per instruction set: functions of single numbers, sums and copies of rows.
#include "worker/kernels/activation_switch.h"
#include "worker/network/fused/kernels.h"
#include "worker/network/fused/lanes.h"

namespace paceline::fused::PACELINE_SIMD_NAMESPACE {
namespace {

// value(x), and slope(x, y) for y = value(x).
template <class Function>
struct OfX {
  PACELINE_LANE V Value(V x) const { return Function::Value(x); }
  PACELINE_LANE V Slope(V x, V) const { return Function::Slope(x); }
};
struct TanhMap {
  PACELINE_LANE V Value(V x) const { return lane::Tanh(x); }
  PACELINE_LANE V Slope(V, V y) const { return V::Set(1.0f) - y * y; }
};
struct SigmoidMap {
  PACELINE_LANE V Value(V x) const { return lane::Sigmoid(x); }
  PACELINE_LANE V Slope(V, V y) const { return y * (V::Set(1.0f) - y); }
};
struct AffineMap {
  float factor, term;
  PACELINE_LANE V Value(V x) const { return Fma(x, V::Set(factor), V::Set(term)); }
  PACELINE_LANE V Slope(V, V) const { return V::Set(factor); }
};
struct SquareMap {
  PACELINE_LANE V Value(V x) const { return x * x; }
  PACELINE_LANE V Slope(V x, V) const { return x + x; }
};
struct SqrtMap {
  PACELINE_LANE V Value(V x) const { return Sqrt(x); }
  PACELINE_LANE V Slope(V, V y) const { return V::Set(0.5f) / y; }
};
struct ExpMap {
  PACELINE_LANE V Value(V x) const { return lane::Exp(x); }
  PACELINE_LANE V Slope(V, V y) const { return y; }
};
struct LogMap {
  PACELINE_LANE V Value(V x) const { return AnyLog(x); }
  PACELINE_LANE V Slope(V x, V) const { return V::Set(1.0f) / x; }
};
// NaN passes; the bounds themselves have a slope.
struct ClipMap {
  float low, high;
  PACELINE_LANE V Value(V x) const { return Min(V::Set(high), Max(V::Set(low), x)); }
  PACELINE_LANE V Slope(V x, V) const {
    const V zero = V::Set(0.0f);
    const V below_high = Select(V::Set(high) < x, zero, V::Set(1.0f));
    return Select(x < V::Set(low), zero, below_high);
  }
};

// The slope of two follows from their value.
template <class Body>
PACELINE_LANE void WithActivationMap(kernels::ActivationKind kind, const Body& body) {
  if (kind == kernels::ActivationKind::kTanh) return body(TanhMap());
  if (kind == kernels::ActivationKind::kSigmoid) return body(SigmoidMap());
  kernels::WithActivation(
      kind, [&]<class Function>(Function) PACELINE_INLINE_LAMBDA { body(OfX<Function>()); });
}

template <class Body>
PACELINE_LANE void WithMap(const Map& map, const Body& body) {
  switch (map.kind) {
    case MapKind::kActivation:
      return WithActivationMap(map.activation, body);
    case MapKind::kAffine:
      return body(AffineMap{map.scalar, map.second});
    case MapKind::kSquare:
      return body(SquareMap());
    case MapKind::kSqrt:
      return body(SqrtMap());
    case MapKind::kExp:
      return body(ExpMap());
    case MapKind::kLog:
      return body(LogMap());
    case MapKind::kClip:
      return body(ClipMap{map.scalar, map.second});
  }
}

PACELINE_LANE void Put(V v, float* to, size_t count, bool adds) {
  StoreFirst(adds ? LoadFirst(to, count) + v : v, to, count);
}

template <class Body>
PACELINE_LANE void WithJoin(JoinKind kind, const Body& body) {
  switch (kind) {
    case JoinKind::kAdd:
      return body([](V x, V y) PACELINE_INLINE_LAMBDA { return x + y; });
    case JoinKind::kSubtract:
      return body([](V x, V y) PACELINE_INLINE_LAMBDA { return x - y; });
    case JoinKind::kMultiply:
      return body([](V x, V y) PACELINE_INLINE_LAMBDA { return x * y; });
    case JoinKind::kDivide:
      return body([](V x, V y) PACELINE_INLINE_LAMBDA { return x / y; });
  }
}

// body(what dy is multiplied into, of x and y)
template <class Body>
PACELINE_LANE void WithJoinSlope(JoinKind kind, bool of_y, const Body& body) {
  switch (kind) {
    case JoinKind::kAdd:
      return body([](V dy, V, V) PACELINE_INLINE_LAMBDA { return dy; });
    case JoinKind::kSubtract:
      if (of_y) return body([](V dy, V, V) PACELINE_INLINE_LAMBDA { return -dy; });
      return body([](V dy, V, V) PACELINE_INLINE_LAMBDA { return dy; });
    case JoinKind::kMultiply:
      if (of_y) return body([](V dy, V x, V) PACELINE_INLINE_LAMBDA { return dy * x; });
      return body([](V dy, V, V y) PACELINE_INLINE_LAMBDA { return dy * y; });
    case JoinKind::kDivide:
      if (of_y) {
        return body([](V dy, V x, V y) PACELINE_INLINE_LAMBDA { return -(dy * x) / (y * y); });
      }
      return body([](V dy, V, V y) PACELINE_INLINE_LAMBDA { return dy / y; });
  }
}

// A row, or one number for all of it.
PACELINE_LANE V Of(const float* p, size_t step, size_t at, size_t count) {
  return step == 0 ? V::Set(*p) : LoadFirst(p + at, count);
}

// Lanes that hold no number of the row become 0.
PACELINE_LANE V OnlyFirst(V v, size_t count) {
  if (count >= kLanes) return v;
  float lanes[kLanes];
  v.Store(lanes);
  return LoadFirst(lanes, count);
}

}  // namespace

void MapForward(const Map& map, float* y) {
  WithMap(map, [&](auto function) PACELINE_INLINE_LAMBDA {
    ForPacks(map.count, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
      StoreFirst(function.Value(LoadFirst(map.x + at, count)), y + at, count);
    });
  });
}

void MapSlope(const Map& map, const float* y, const float* dy, float* dx, bool adds) {
  WithMap(map, [&](auto function) PACELINE_INLINE_LAMBDA {
    ForPacks(map.count, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
      const V slope = function.Slope(LoadFirst(map.x + at, count), LoadFirst(y + at, count));
      Put(LoadFirst(dy + at, count) * slope, dx + at, count, adds);
    });
  });
}

void JoinForward(const Join& join, float* to) {
  WithJoin(join.kind, [&](auto function) PACELINE_INLINE_LAMBDA {
    ForPacks(join.count, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
      const V x = Of(join.x, join.x_step, at, count), y = Of(join.y, join.y_step, at, count);
      StoreFirst(function(x, y), to + at, count);
    });
  });
}

void JoinSlope(const Join& join, bool of_y, const float* dy, float* d, bool adds) {
  const bool single = (of_y ? join.y_step : join.x_step) == 0;
  WithJoinSlope(join.kind, of_y, [&](auto function) PACELINE_INLINE_LAMBDA {
    V sum = V::Set(0.0f);
    ForPacks(join.count, [&](size_t at, size_t count) PACELINE_INLINE_LAMBDA {
      const V x = Of(join.x, join.x_step, at, count), y = Of(join.y, join.y_step, at, count);
      const V slope = function(LoadFirst(dy + at, count), x, y);
      if (single) {
        sum = sum + OnlyFirst(slope, count);
      } else {
        Put(slope, d + at, count, adds);
      }
    });
    if (single) *d += SumLanes(sum);
  });
}

void AddUp(const float* x, size_t count, float factor, float* to, size_t step, bool adds) {
  const V by = V::Set(factor);
  V sum = V::Set(0.0f);
  ForPacks(count, [&](size_t at, size_t size) PACELINE_INLINE_LAMBDA {
    if (step == 0) {
      sum = sum + LoadFirst(x + at, size);
    } else {
      Put(by * LoadFirst(x + at, size), to + at, size, adds);
    }
  });
  if (step == 0) *to += factor * SumLanes(sum);
}

void Spread(const float* x, size_t step, size_t count, float factor, float* to, bool adds) {
  const V by = V::Set(factor);
  ForPacks(count, [&](size_t at, size_t size) PACELINE_INLINE_LAMBDA {
    Put(by * Of(x, step, at, size), to + at, size, adds);
  });
}

}  // namespace paceline::fused::PACELINE_SIMD_NAMESPACE
