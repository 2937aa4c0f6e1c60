// Compiled once per instruction set: a policy acts in sixteen episodes, a lane each.
#include "common/lane/math.h"
#include "common/lane/simd.h"
#include "worker/kernels/activation_switch.h"
#include "worker/task/policy_gradient/acting_plan.h"
#include "worker/task/policy_gradient/environments.h"

namespace paceline::control::PACELINE_SIMD_NAMESPACE {
namespace {

// A whole group, or one episode where lanes are scalars.
using V = lane::SimdWide;

// As many outputs at once as hide the latency of a multiply-add.
constexpr int kTile = V::kRegisters >= 32 ? 8 : 4;

PACELINE_LANE V Row(const float* array, int row) { return V::Load(array + row * kGroup); }
PACELINE_LANE void Put(V v, float* array, int row) { v.Store(array + row * kGroup); }

// Outputs first, ..., first + count − 1 of x·w + b.
template <int kCount>
PACELINE_LANE void DenseTile(const float* weights, const float* bias, int in, int out, int first,
                             const float* x, float* y) {
  V sums[kCount];
  for (int j = 0; j < kCount; ++j) sums[j] = V::Set(bias[first + j]);
  for (int i = 0; i < in; ++i) {
    const V input = Row(x, i);
    const float* const row = weights + static_cast<size_t>(i) * out + first;
    PACELINE_UNROLL(8)
    for (int j = 0; j < kCount; ++j) sums[j] = Fma(V::Set(row[j]), input, sums[j]);
  }
  for (int j = 0; j < kCount; ++j) Put(sums[j], y, first + j);
}

// x [in, kGroup] → y [out, kGroup], of the lanes at hand.
void Dense(const float* weights, const float* bias, int in, int out, const float* x, float* y) {
  int first = 0;
  for (; first + kTile <= out; first += kTile) {
    DenseTile<kTile>(weights, bias, in, out, first, x, y);
  }
  for (; first < out; ++first) DenseTile<1>(weights, bias, in, out, first, x, y);
}

// Returns the last layer's outputs [out, kGroup], which lie in `work`.
const float* Forward(const MlpPlan& mlp, const float* parameters, const float* x, float* work) {
  const size_t half = static_cast<size_t>(mlp.widest()) * kGroup;
  for (int l = 0; l < mlp.layers; ++l) {
    float* const y = work + (l % 2) * half;
    const int out = mlp.widths[l + 1];
    Dense(parameters + mlp.weights[l], parameters + mlp.biases[l], mlp.widths[l], out, x, y);
    if (l + 1 < mlp.layers) {
      for (int o = 0; o < out; ++o) Put(kernels::CallActivation(mlp.activation, Row(y, o)), y, o);
    }
    x = y;
  }
  return x;
}

// The first action whose probability and those before it are more than `uniform` of the whole.
template <int kActions>
PACELINE_LANE V Choose(const float* logits, V uniform) {
  V top = Row(logits, 0);
  for (int k = 1; k < kActions; ++k) top = Max(top, Row(logits, k));
  V weight[kActions];
  V sum = V::Set(0.0f);
  for (int k = 0; k < kActions; ++k) {
    weight[k] = lane::Exp(Row(logits, k) - top);
    sum = sum + weight[k];
  }
  const V place = uniform * sum;
  V before = V::Set(0.0f), action = V::Set(0.0f);
  for (int k = 0; k + 1 < kActions; ++k) {
    before = before + weight[k];
    action = action + Select(place < before, V::Set(0.0f), V::Set(1.0f));
  }
  return action;
}

// 0 if x is finite, else NaN.
PACELINE_LANE V Brokenness(V x) { return x - x; }

PACELINE_LANE bool AnyIsOne(V alive) {
  float lanes[V::kLanes];
  alive.Store(lanes);
  bool any = false;
  for (const float lane : lanes) any = any || lane == 1;
  return any;
}

// The episodes of the lanes whose first one is number `lane` of the group.
template <class Environment>
class Episodes {
 public:
  Episodes(const ActingPlan& plan, const float* parameters, const ActingGroup& group, int lane)
      : plan_(plan), parameters_(parameters), group_(group), lane_(lane) {
    V uniform[Environment::kStates];
    for (int i = 0; i < Environment::kStates; ++i) uniform[i] = Row(group.start + lane, i);
    Environment::Start(uniform, state_);
    float alive[V::kLanes];
    for (int i = 0; i < V::kLanes; ++i) alive[i] = lane + i < group.episodes ? 1.0f : 0.0f;
    alive_ = V::Load(alive);
  }

  void Run() {
    int step = 0;
    for (; step < plan_.horizon && AnyIsOne(alive_); ++step) Step(step);
    See(step);
    Put(returns_, group_.returns + lane_, 0);
    Put(lengths_, group_.lengths + lane_, 0);
    Put(ended_, group_.ended + lane_, 0);
    Put(broken_, group_.broken + lane_, 0);
  }

 private:
  // Where what is seen before step number `step` lies.
  float* See(int step) {
    float* const seen =
        group_.seen + static_cast<size_t>(step) * Environment::kObserved * kGroup + lane_;
    V numbers[Environment::kObserved];
    Environment::Observe(state_, numbers);
    for (int i = 0; i < Environment::kObserved; ++i) Put(numbers[i], seen, i);
    return seen;
  }

  V Act(const float* outputs, V noise) {
    if constexpr (Environment::kActions > 0) {
      for (int k = 0; k < Environment::kActions; ++k) Judge(Row(outputs, k));
      return Choose<Environment::kActions>(outputs, noise);
    } else {
      const V deviation = lane::Exp(V::Set(parameters_[plan_.log_deviation]));
      const V action = Fma(deviation, noise, Row(outputs, 0));
      Judge(action);
      return action;
    }
  }

  void Judge(V output) {
    broken_ = Select(alive_ == V::Set(1.0f), broken_ + Brokenness(output), broken_);
  }

  void Step(int step) {
    const V one = V::Set(1.0f), zero = V::Set(0.0f);
    const float* const outputs = Forward(plan_.policy, parameters_, See(step), group_.work + lane_);
    const V action = Act(outputs, Row(group_.noise + lane_, step));
    V next[Environment::kStates];
    for (int i = 0; i < Environment::kStates; ++i) next[i] = state_[i];
    const Outcome<V> outcome = Environment::Step(action, next);
    Put(action, group_.actions + lane_, step);
    Put(outcome.reward, group_.rewards + lane_, step);
    // An episode that is over stays as it is.
    for (int i = 0; i < Environment::kStates; ++i) {
      state_[i] = Select(alive_ == one, next[i], state_[i]);
    }
    returns_ = Select(alive_ == one, returns_ + outcome.reward, returns_);
    lengths_ = lengths_ + alive_;
    ended_ = Select(alive_ == one, outcome.ended, ended_);
    alive_ = Select(ended_ == one, zero, alive_);
  }

  const ActingPlan& plan_;
  const float* const parameters_;
  const ActingGroup& group_;
  const int lane_;
  V state_[Environment::kStates];
  V alive_;  // 1, or 0 once the episode has ended
  V returns_ = V::Set(0.0f), lengths_ = V::Set(0.0f), ended_ = V::Set(0.0f);
  V broken_ = V::Set(0.0f);
};

template <class Environment>
void RunGroup(const ActingPlan& plan, const float* parameters, const ActingGroup& group) {
  for (int lane = 0; lane < kGroup; lane += V::kLanes) {
    Episodes<Environment>(plan, parameters, group, lane).Run();
  }
}

}  // namespace

void Act(const ActingPlan& plan, const float* parameters, const ActingGroup& group) {
  switch (plan.environment) {
    case EnvironmentKind::kCartPole:
      return RunGroup<CartPole>(plan, parameters, group);
    case EnvironmentKind::kPendulum:
      return RunGroup<Pendulum>(plan, parameters, group);
    case EnvironmentKind::kAcrobot:
      return RunGroup<Acrobot>(plan, parameters, group);
  }
}

void Value(const ActingPlan& plan, const float* parameters, const float* seen, int count,
           float* values, float* work) {
  const size_t observed = static_cast<size_t>(plan.value.widths[0]) * kGroup;
  for (int lane = 0; lane < kGroup; lane += V::kLanes) {
    for (int step = 0; step < count; ++step) {
      const float* const y =
          Forward(plan.value, parameters, seen + step * observed + lane, work + lane);
      Put(Row(y, 0), values + lane, step);
    }
  }
}

}  // namespace paceline::control::PACELINE_SIMD_NAMESPACE
