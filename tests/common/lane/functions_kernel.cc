#include "tests/common/lane/functions_kernel.h"

#include "common/lane/math.h"
#include "common/lane/simd.h"
#include "common/lane/wide.h"

namespace paceline::PACELINE_SIMD_NAMESPACE {
namespace {

using lane::SimdLane;

// body(a lane, place) for all of `count`: the first half by registers, the second by two at a time.
template <class Body>
PACELINE_LANE void ForLanes(size_t count, const Body& body) {
  using Twice = lane::Wide<SimdLane, 2>;
  size_t i = 0;
  for (; i < count / 2; i += SimdLane::kLanes) body(SimdLane::Set(0.0f), i);
  for (; i < count; i += Twice::kLanes) body(Twice::Set(0.0f), i);
}

template <class V>
PACELINE_LANE V Evaluate(Function function, V x) {
  switch (function) {
    case Function::kExp:
      return lane::Exp(x);
    case Function::kLog:
      return lane::Log(x);
    case Function::kSinReduced:
      return lane::SinReduced(x);
    case Function::kCosReduced:
      return lane::CosReduced(x);
    case Function::kSin:
      return lane::Sin(x);
    case Function::kCos:
      return lane::Cos(x);
    case Function::kTanh:
      return lane::Tanh(x);
    case Function::kSigmoid:
      return lane::Sigmoid(x);
    case Function::kRsqrt:
      return lane::Rsqrt(x);
    case Function::kSqrt:
      return Sqrt(x);
    case Function::kRound:
      return Round(x);
    case Function::kAbs:
      return Abs(x);
    case Function::kNegate:
      return -x;
    case Function::kFromToInt:
      return FromInt(ToInt(x));
  }
  return x;
}

template <class V>
PACELINE_LANE V Evaluate(Operation operation, V a, V b) {
  switch (operation) {
    case Operation::kAdd:
      return a + b;
    case Operation::kSubtract:
      return a - b;
    case Operation::kMultiply:
      return a * b;
    case Operation::kDivide:
      return a / b;
    case Operation::kMin:
      return Min(a, b);
    case Operation::kMax:
      return Max(a, b);
    case Operation::kSelectLess:
      return Select(a < b, a, b * b);
    case Operation::kSelectEqual:
      return Select(a == b, a + a, b);
  }
  return a;
}

template <class U>
PACELINE_LANE U EvaluateWords(WordOperation operation, U a, U b) {
  switch (operation) {
    case WordOperation::kAdd:
      return a + b;
    case WordOperation::kSubtract:
      return a - b;
    case WordOperation::kMultiply:
      return a * b;
    case WordOperation::kMulHigh:
      return MulHigh(a, b);
    case WordOperation::kXor:
      return a ^ b;
    case WordOperation::kAnd:
      return a & b;
    case WordOperation::kOr:
      return a | b;
    case WordOperation::kShifts:
      return lane::ShiftLeft<7>(a) - lane::ShiftRight<9>(b);
    case WordOperation::kIota:
      break;
  }
  return a;
}

}  // namespace

void Apply(Function function, const float* x, float* y, size_t count) {
  ForLanes(count, [&](auto lane, size_t i) {
    using V = decltype(lane);
    Evaluate(function, V::Load(x + i)).Store(y + i);
  });
}

void Apply(Operation operation, const float* a, const float* b, float* y, size_t count) {
  ForLanes(count, [&](auto lane, size_t i) {
    using V = decltype(lane);
    Evaluate(operation, V::Load(a + i), V::Load(b + i)).Store(y + i);
  });
}

void Apply(WordOperation operation, const uint32_t* a, const uint32_t* b, uint32_t* y,
           size_t count) {
  ForLanes(count, [&](auto lane, size_t i) {
    using U = typename decltype(lane)::U;
    const U u = operation == WordOperation::kIota
                    ? U::Iota(static_cast<uint32_t>(i))
                    : EvaluateWords(operation, U::Load(a + i), U::Load(b + i));
    u.Store(y + i);
  });
}

void ApplyFma(const float* a, const float* b, const float* c, float* y, float* z, size_t count) {
  ForLanes(count, [&](auto lane, size_t i) {
    using V = decltype(lane);
    Fma(V::Load(a + i), V::Load(b + i), V::Load(c + i)).Store(y + i);
    Fnma(V::Load(a + i), V::Load(b + i), Held(V::Load(c + i))).Store(z + i);
  });
}

}  // namespace paceline::PACELINE_SIMD_NAMESPACE
