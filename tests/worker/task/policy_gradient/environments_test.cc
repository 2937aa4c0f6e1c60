// Single steps next to the published equations in double.
#include "worker/task/policy_gradient/environments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

namespace paceline::control {
namespace {

using std::numbers::pi;
using Lane = lane::Scalar;
using State = std::array<double, 4>;

struct Expected {
  State state{};
  double reward = 0;
  bool ended = false;
  double margin = 0;  // how far the state is from ending, or from not
};

// One step over lanes, of a state that floats can hold.
template <class Environment>
Expected Stepped(State& state, double action) {
  Lane own[4];
  for (int i = 0; i < 4; ++i) {
    own[i] = Lane::Set(static_cast<float>(state[i]));
    state[i] = double{own[i].raw};
  }
  const Outcome<Lane> outcome = Environment::Step(Lane::Set(static_cast<float>(action)), own);
  Expected result{.reward = double{outcome.reward.raw}, .ended = outcome.ended.raw == 1};
  for (int i = 0; i < Environment::kStates; ++i) result.state[i] = double{own[i].raw};
  return result;
}

void ExpectNear(double own, double wanted, const char* what) {
  ASSERT_NEAR(own, wanted, 1e-5 * (1 + std::fabs(wanted))) << what;
}

// The difference of two angles, within ±π.
double AngleBetween(double a, double b) { return std::remainder(a - b, 2 * pi); }

// A. Barto, R. Sutton, C. Anderson (1983), with the frictionless form of R. Florian (2007); Euler's
// method.
Expected CartPoleStep(const State& s, int action) {
  const double g = 9.8, m_cart = 1, m_pole = 0.1, l = 0.5, tau = 0.02;
  const double force = action == 1 ? 10 : -10, m = m_cart + m_pole;
  const double temp = (force + m_pole * l * s[3] * s[3] * std::sin(s[2])) / m;
  const double angular = (g * std::sin(s[2]) - std::cos(s[2]) * temp) /
                         (l * (4.0 / 3.0 - m_pole * std::pow(std::cos(s[2]), 2) / m));
  const double linear = temp - m_pole * l * angular * std::cos(s[2]) / m;
  Expected e{.reward = 1};
  e.state = {s[0] + tau * s[1], s[1] + tau * linear, s[2] + tau * s[3], s[3] + tau * angular};
  const double place = std::fabs(e.state[0]) - 2.4;
  const double angle = std::fabs(e.state[2]) - 12 * 2 * pi / 360;
  e.ended = place > 0 || angle > 0;
  e.margin = std::min(std::fabs(place), std::fabs(angle));
  return e;
}

Expected PendulumStep(const State& s, double action) {
  const double g = 10, m = 1, l = 1, dt = 0.05;
  const double u = std::clamp(action, -2.0, 2.0);
  const double angle = AngleBetween(s[0], 0);
  const double speed = s[1] + (3 * g / (2 * l) * std::sin(s[0]) + 3.0 / (m * l * l) * u) * dt;
  Expected e{.reward = -(angle * angle + 0.1 * s[1] * s[1] + 0.001 * u * u), .margin = 1};
  e.state[1] = std::clamp(speed, -8.0, 8.0);
  e.state[0] = s[0] + e.state[1] * dt;
  return e;
}

State AcrobotSlope(const State& s, double torque) {
  const double m1 = 1, m2 = 1, l1 = 1, lc1 = 0.5, lc2 = 0.5, i1 = 1, i2 = 1, g = 9.8;
  const double d1 =
      m1 * lc1 * lc1 + m2 * (l1 * l1 + lc2 * lc2 + 2 * l1 * lc2 * std::cos(s[1])) + i1 + i2;
  const double d2 = m2 * (lc2 * lc2 + l1 * lc2 * std::cos(s[1])) + i2;
  const double phi2 = m2 * lc2 * g * std::cos(s[0] + s[1] - pi / 2);
  const double phi1 = -m2 * l1 * lc2 * s[3] * s[3] * std::sin(s[1]) -
                      2 * m2 * l1 * lc2 * s[3] * s[2] * std::sin(s[1]) +
                      (m1 * lc1 + m2 * l1) * g * std::cos(s[0] - pi / 2) + phi2;
  const double a2 =
      (torque + d2 / d1 * phi1 - m2 * l1 * lc2 * s[2] * s[2] * std::sin(s[1]) - phi2) /
      (m2 * lc2 * lc2 + i2 - d2 * d2 / d1);
  return {s[2], s[3], -(d2 * a2 + phi1) / d1, a2};
}

State Plus(const State& s, double factor, const State& slope) {
  State sum = s;
  for (int i = 0; i < 4; ++i) sum[i] += factor * slope[i];
  return sum;
}

Expected AcrobotStep(const State& s, int action) {
  const double dt = 0.2, torque = action - 1;
  const State k1 = AcrobotSlope(s, torque);
  const State k2 = AcrobotSlope(Plus(s, dt / 2, k1), torque);
  const State k3 = AcrobotSlope(Plus(s, dt / 2, k2), torque);
  const State k4 = AcrobotSlope(Plus(s, dt, k3), torque);
  Expected e;
  for (int i = 0; i < 4; ++i) e.state[i] = s[i] + dt / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
  e.state[2] = std::clamp(e.state[2], -4 * pi, 4 * pi);
  e.state[3] = std::clamp(e.state[3], -9 * pi, 9 * pi);
  const double height = -std::cos(e.state[0]) - std::cos(e.state[1] + e.state[0]) - 1;
  e.ended = height > 0;
  e.reward = e.ended ? 0 : -1;
  e.margin = std::fabs(height);
  return e;
}

// `angles`: how many of the first numbers are compared as angles.
void ExpectTheSame(const Expected& own, const Expected& wanted, int states, int angles) {
  for (int i = 0; i < states; ++i) {
    if (i < angles) {
      EXPECT_LE(std::fabs(own.state[i]), pi + 1e-5);
      ExpectNear(AngleBetween(own.state[i], wanted.state[i]), 0, "angle");
    } else {
      ExpectNear(own.state[i], wanted.state[i], "state");
    }
  }
  if (wanted.margin < 1e-4) return;
  EXPECT_EQ(own.ended, wanted.ended);
  ExpectNear(own.reward, wanted.reward, "reward");
}

constexpr int kSteps = 5000;

// Uniform in ±bound.
State Drawn(std::mt19937& random, const State& bound) {
  State state{};
  for (int i = 0; i < 4; ++i) {
    state[i] = std::uniform_real_distribution<double>(-bound[i], bound[i])(random);
  }
  return state;
}

TEST(CartPole, StepsAsThePublishedEquations) {
  std::mt19937 random(1);
  int ended = 0;
  for (int i = 0; i < kSteps; ++i) {
    State state = Drawn(random, {2.45, 3, 0.22, 3});
    const Expected own = Stepped<CartPole>(state, i % 2);
    const Expected wanted = CartPoleStep(state, i % 2);
    ASSERT_NO_FATAL_FAILURE(ExpectTheSame(own, wanted, 4, 0));
    ended += own.ended;
  }
  EXPECT_GT(ended, kSteps / 20);
  EXPECT_LT(ended, kSteps / 2);
}

TEST(Pendulum, StepsAsThePublishedEquations) {
  std::mt19937 random(2);
  for (int i = 0; i < kSteps; ++i) {
    State state = Drawn(random, {pi, 8, 0, 0});
    const double action = std::uniform_real_distribution<double>(-3, 3)(random);
    const Expected own = Stepped<Pendulum>(state, static_cast<float>(action));
    const Expected wanted = PendulumStep(state, double{static_cast<float>(action)});
    ASSERT_NO_FATAL_FAILURE(ExpectTheSame(own, wanted, 2, 1));
    EXPECT_FALSE(own.ended);
  }
}

TEST(Acrobot, StepsAsThePublishedEquations) {
  std::mt19937 random(3);
  int ended = 0;
  for (int i = 0; i < kSteps; ++i) {
    State state = Drawn(random, {pi, pi, 4, 6});
    const Expected own = Stepped<Acrobot>(state, i % 3);
    const Expected wanted = AcrobotStep(state, i % 3);
    ASSERT_NO_FATAL_FAILURE(ExpectTheSame(own, wanted, 4, 2));
    ended += own.ended;
  }
  EXPECT_GT(ended, kSteps / 20);
  EXPECT_LT(ended, kSteps / 2);
}

struct PublishedStep {
  State before;
  double action;
  State after;
  double reward;
  bool ended;
};

// Steps of Gymnasium 1.4.0 itself, from states put into its environments.
template <class Environment>
void ExpectPublished(const std::vector<PublishedStep>& steps, int angles) {
  for (const PublishedStep& step : steps) {
    State state = step.before;
    const Expected own = Stepped<Environment>(state, step.action);
    for (int i = 0; i < Environment::kStates; ++i) {
      const double off = own.state[i] - step.after[i];
      ExpectNear(i < angles ? AngleBetween(off, 0) : off, 0, "state");
    }
    ExpectNear(own.reward, step.reward, "reward");
    EXPECT_EQ(own.ended, step.ended);
  }
}

TEST(CartPole, StepsAsGymnasiums) {
  ExpectPublished<CartPole>({{{0.612967789, 2.3832829, 0.121301703, -1.64875686},
                              0,
                              {0.660633447, 2.18696956, 0.0883265659, -1.32087532},
                              1,
                              false},
                             {{-0.979185224, 2.24132061, -0.217683271, 1.92737055},
                              1,
                              {-0.934358811, 2.43801278, -0.17913586, 1.57580043},
                              1,
                              false},
                             {{2.42795134, 1.75597155, 0.0537588596, 2.93376088},
                              0,
                              {2.46307077, 1.56057258, 0.112434077, 3.2422334},
                              1,
                              true}},
                            /*angles=*/0);
}

TEST(Pendulum, StepsAsGymnasiums) {
  ExpectPublished<Pendulum>(
      {{{-1.76508605, -5.43660736}, 0.562698007, {-2.06949063, -6.08809145}, -6.07151537, false},
       {{-2.82755947, -7.42911577}, 0.0744441003, {-3.21004057, -7.64962197}, -13.5142742, false},
       {{0.087529406, -0.0500250347},
        -1.26242542,
        {0.0788381266, -0.173825586},
        -0.00950536526,
        false}},
      /*angles=*/1);
}

TEST(Acrobot, StepsAsGymnasiums) {
  ExpectPublished<Acrobot>({{{-3.02687693, -1.90710676, 1.53625691, -3.59271932},
                             0,
                             {-2.71005615, -2.70549137, 1.69702297, -4.41848827},
                             -1,
                             false},
                            {{-0.808874846, -3.07684779, 2.64038181, -4.14646721},
                             1,
                             {-0.213069012, 2.26025004, 3.21228235, -5.39740999},
                             -1,
                             false},
                            {{-1.44088435, 2.35805941, 0.0783264786, 4.16580296},
                             2,
                             {-1.26623004, 3.02821149, 1.57352883, 2.59848493},
                             -1,
                             false}},
                           /*angles=*/2);
}

TEST(Acrobot, SpeedsAreCutOff) {
  State state = {1, 2, 4 * pi, -9 * pi};
  const Expected own = Stepped<Acrobot>(state, 2);
  EXPECT_LE(std::fabs(own.state[2]), 4 * pi + 1e-5);
  EXPECT_LE(std::fabs(own.state[3]), 9 * pi + 1e-5);
}

template <class Environment>
void ExpectStart(float uniform, const State& wanted) {
  Lane draws[4], state[4];
  for (Lane& draw : draws) draw = Lane::Set(uniform);
  Environment::Start(draws, state);
  for (int i = 0; i < Environment::kStates; ++i) EXPECT_NEAR(state[i].raw, wanted[i], 1e-6);
}

TEST(Environments, StartWithinThePublishedBounds) {
  ExpectStart<CartPole>(0, {-0.05, -0.05, -0.05, -0.05});
  ExpectStart<CartPole>(1, {0.05, 0.05, 0.05, 0.05});
  ExpectStart<Pendulum>(0, {-pi, -1});
  ExpectStart<Pendulum>(1, {pi, 1});
  ExpectStart<Acrobot>(0, {-0.1, -0.1, -0.1, -0.1});
  ExpectStart<Acrobot>(0.75f, {0.05, 0.05, 0.05, 0.05});
}

TEST(Environments, ShowWhatThePublishedOnesShow) {
  const Lane state[4] = {Lane::Set(0.3f), Lane::Set(-2.0f), Lane::Set(0.5f), Lane::Set(7.0f)};
  Lane seen[6];
  Acrobot::Observe(state, seen);
  const double acrobot[] = {std::cos(0.3), std::sin(0.3), std::cos(-2.0), std::sin(-2.0), 0.5, 7};
  for (int i = 0; i < 6; ++i) EXPECT_NEAR(seen[i].raw, acrobot[i], 1e-6);
  Pendulum::Observe(state, seen);
  const double pendulum[] = {std::cos(0.3), std::sin(0.3), -2};
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(seen[i].raw, pendulum[i], 1e-6);
  CartPole::Observe(state, seen);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(seen[i].raw, state[i].raw);
}

TEST(Pendulum, ATorqueThatIsNoNumberLeavesTheStateFinite) {
  State state = {1, 2, 0, 0};
  const Expected own = Stepped<Pendulum>(state, std::nan(""));
  EXPECT_TRUE(std::isfinite(own.state[0]) && std::isfinite(own.state[1]));
}

}  // namespace
}  // namespace paceline::control
