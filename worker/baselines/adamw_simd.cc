#include "common/lane/simd.h"
#include "common/lane/team.h"
#include "worker/baselines/adamw_loop.h"

namespace paceline::PACELINE_SIMD_NAMESPACE {
namespace {

template <class V>
PACELINE_LANE void Update(const AdamWStep& step, const float* gradient, float* p, float* m,
                          float* v) {
  const V g = V::Load(gradient);
  const V first = Fma(V::Set(1 - step.beta1), g, V::Set(step.beta1) * V::Load(m));
  const V second = Fma(V::Set(1 - step.beta2), g * g, V::Set(step.beta2) * V::Load(v));
  first.Store(m);
  second.Store(v);
  const V root = Sqrt(second * V::Set(step.correction2)) + V::Set(step.epsilon);
  const V old = V::Load(p);
  const V kept = Fnma(V::Set(step.rate * step.weight_decay), old, old);
  Fnma(V::Set(step.rate), first * V::Set(step.correction1) / root, kept).Store(p);
}

}  // namespace

void AdamWLoop(const AdamWStep& step, size_t count, const float* gradient, float* p, float* m,
               float* v) {
  using V = lane::SimdLane;
  size_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) {
    Update<V>(step, gradient + i, p + i, m + i, v + i);
  }
  for (; i < count; ++i) Update<lane::Scalar>(step, gradient + i, p + i, m + i, v + i);
}

}  // namespace paceline::PACELINE_SIMD_NAMESPACE
