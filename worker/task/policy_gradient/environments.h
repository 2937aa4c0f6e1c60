// The environments of environment.proto over a lane type: as many episodes at once as it has lanes.
// Equations and constants are those of Gymnasium's CartPole-v1, Pendulum-v1 and Acrobot-v1, written
// out in docs/reference/environments.md.
//
// An environment has kStates numbers of state, of which Start makes the first from as many uniform
// numbers in [0, 1), and Observe kObserved numbers that a policy sees. Step takes one action for
// each lane. States stay finite whatever the actions are, NaN included.
#pragma once

#include "common/lane/math.h"

namespace paceline::control {

template <class V>
struct Outcome {
  V reward;
  V ended;  // 1: the episode is over by the environment's own rules, else 0
};

// low + (high − low)·u
template <class V>
PACELINE_LANE V Between(float low, float high, V uniform) {
  return Fma(uniform, V::Set(high - low), V::Set(low));
}

// The same angle within ±π, up to rounding.
template <class V>
PACELINE_LANE V Wrapped(V angle) {
  const V turns = Round(angle * V::Set(0.15915494309189535f));
  // 2π in two parts.
  return Fnma(turns, V::Set(-1.7484556e-7f), Fnma(turns, V::Set(6.2831855f), angle));
}

// What is NaN becomes `low`.
template <class V>
PACELINE_LANE V Within(float low, float high, V x) {
  return Min(Max(x, V::Set(low)), V::Set(high));
}

// Place and speed of the cart, angle and speed of the pole; all of it is seen. Actions: 0 pushes to
// the left, 1 to the right.
struct CartPole {
  static constexpr int kStates = 4, kObserved = 4, kActions = 2;
  static constexpr float kGravity = 9.8f, kForce = 10, kStep = 0.02f;
  static constexpr float kPoleMass = 0.1f, kMass = 1.1f;  // of the pole, of both
  static constexpr float kHalfLength = 0.5f;              // of the pole
  static constexpr float kMostPlace = 2.4f, kMostAngle = 0.20943951f;

  template <class V>
  static PACELINE_LANE void Start(const V* uniform, V* state) {
    for (int i = 0; i < kStates; ++i) state[i] = Between(-0.05f, 0.05f, uniform[i]);
  }
  template <class V>
  static PACELINE_LANE void Observe(const V* state, V* seen) {
    for (int i = 0; i < kObserved; ++i) seen[i] = state[i];
  }
  template <class V>
  static PACELINE_LANE Outcome<V> Step(V action, V* state) {
    const V zero = V::Set(0.0f), one = V::Set(1.0f), step = V::Set(kStep);
    const V place = state[0], speed = state[1], angle = state[2], turning = state[3];
    const V force = Select(action == zero, V::Set(-kForce), V::Set(kForce));
    const V sine = lane::Sin(angle), cosine = lane::Cos(angle);
    const V push =
        (force + V::Set(kPoleMass * kHalfLength) * turning * turning * sine) / V::Set(kMass);
    const V inertia = V::Set(kHalfLength) *
                      (V::Set(4.0f / 3) - V::Set(kPoleMass) * cosine * cosine / V::Set(kMass));
    const V turn = (V::Set(kGravity) * sine - cosine * push) / inertia;
    const V thrust = push - V::Set(kPoleMass * kHalfLength) * turn * cosine / V::Set(kMass);
    state[0] = place + step * speed;
    state[1] = speed + step * thrust;
    state[2] = angle + step * turning;
    state[3] = turning + step * turn;
    const V off = Select(V::Set(kMostPlace) < Abs(state[0]), one, zero);
    return {one, Select(V::Set(kMostAngle) < Abs(state[2]), one, off)};
  }
};

// Angle from the top, within ±π, and its speed; cosine and sine of the one and the other are seen.
// The action is a torque, of which what is beyond ±2 is cut off. It ends by its horizon alone.
struct Pendulum {
  static constexpr int kStates = 2, kObserved = 3, kActions = 0;
  static constexpr float kGravity = 10, kStep = 0.05f, kMostTorque = 2, kMostSpeed = 8;

  template <class V>
  static PACELINE_LANE void Start(const V* uniform, V* state) {
    state[0] = Between(-3.14159265f, 3.14159265f, uniform[0]);
    state[1] = Between(-1.0f, 1.0f, uniform[1]);
  }
  template <class V>
  static PACELINE_LANE void Observe(const V* state, V* seen) {
    seen[0] = lane::Cos(state[0]);
    seen[1] = lane::Sin(state[0]);
    seen[2] = state[1];
  }
  // Of a mass and a length of 1.
  template <class V>
  static PACELINE_LANE Outcome<V> Step(V action, V* state) {
    const V torque = Within(-kMostTorque, kMostTorque, action);
    const V angle = state[0], speed = state[1];
    const V cost = angle * angle + V::Set(0.1f) * speed * speed + V::Set(0.001f) * torque * torque;
    const V thrust = V::Set(1.5f * kGravity) * lane::Sin(angle) + V::Set(3.0f) * torque;
    state[1] = Within(-kMostSpeed, kMostSpeed, speed + V::Set(kStep) * thrust);
    state[0] = Wrapped(angle + V::Set(kStep) * state[1]);
    return {-cost, V::Set(0.0f)};
  }
};

// Angles of the first link from hanging down and of the second from the first, within ±π, and their
// speeds; cosine and sine of each and the speeds are seen. Actions: a torque of −1, 0 or 1 between
// the links.
struct Acrobot {
  static constexpr int kStates = 4, kObserved = 6, kActions = 3;
  static constexpr float kGravity = 9.8f, kStep = 0.2f;
  static constexpr float kMostSpeed[2] = {12.566371f, 28.274334f};  // 4π, 9π

  template <class V>
  static PACELINE_LANE void Start(const V* uniform, V* state) {
    for (int i = 0; i < kStates; ++i) state[i] = Between(-0.1f, 0.1f, uniform[i]);
  }
  template <class V>
  static PACELINE_LANE void Observe(const V* state, V* seen) {
    for (int i = 0; i < 2; ++i) {
      seen[2 * i] = lane::Cos(state[i]);
      seen[2 * i + 1] = lane::Sin(state[i]);
      seen[4 + i] = state[2 + i];
    }
  }
  template <class V>
  static PACELINE_LANE Outcome<V> Step(V action, V* state) {
    const V torque = action - V::Set(1.0f);
    RungeKutta(torque, state);
    for (int i = 0; i < 2; ++i) {
      state[i] = Wrapped(state[i]);
      state[2 + i] = Within(-kMostSpeed[i], kMostSpeed[i], state[2 + i]);
    }
    const V height = -lane::Cos(state[0]) - lane::Cos(state[0] + state[1]);
    const V ended = Select(V::Set(1.0f) < height, V::Set(1.0f), V::Set(0.0f));
    return {ended - V::Set(1.0f), ended};
  }

 private:
  // The state's derivative by time: links of mass, length and moment of inertia 1, their centres of
  // mass in their middles. (R. Sutton, A. Barto, "Reinforcement learning: an introduction".)
  template <class V>
  static PACELINE_LANE void Slope(V torque, const V* state, V* slope) {
    const V half = V::Set(0.5f), w1 = state[2], w2 = state[3];
    const V sine = lane::Sin(state[1]), cosine = lane::Cos(state[1]);
    const V d1 = V::Set(3.5f) + cosine;
    const V d2 = V::Set(1.25f) + half * cosine;
    const V phi2 = V::Set(0.5f * kGravity) * lane::Sin(state[0] + state[1]);
    const V phi1 = phi2 + V::Set(1.5f * kGravity) * lane::Sin(state[0]) - half * w2 * w2 * sine -
                   w2 * w1 * sine;
    const V ratio = d2 / d1;
    const V a2 =
        (torque + ratio * phi1 - half * w1 * w1 * sine - phi2) / (V::Set(1.25f) - d2 * ratio);
    slope[0] = w1;
    slope[1] = w2;
    slope[2] = -(d2 * a2 + phi1) / d1;
    slope[3] = a2;
  }

  // One step of the classical method of fourth order.
  template <class V>
  static PACELINE_LANE void RungeKutta(V torque, V* state) {
    V slope[kStates], sum[kStates], at[kStates];
    for (int i = 0; i < kStates; ++i) {
      at[i] = state[i];
      sum[i] = V::Set(0.0f);
    }
    for (int stage = 0; stage < 4; ++stage) {
      const bool inner = stage == 1 || stage == 2;
      Slope(torque, at, slope);
      for (int i = 0; i < kStates; ++i) {
        sum[i] = Fma(V::Set(inner ? 2.0f : 1.0f), slope[i], sum[i]);
        at[i] = Fma(V::Set(stage < 2 ? 0.5f * kStep : kStep), slope[i], state[i]);
      }
    }
    for (int i = 0; i < kStates; ++i) state[i] = Fma(V::Set(kStep / 6), sum[i], state[i]);
  }
};

}  // namespace paceline::control
