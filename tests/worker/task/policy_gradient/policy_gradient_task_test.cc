#include "worker/task/policy_gradient/policy_gradient_task.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "common/task/environments.h"
#include "common/task/facts.h"
#include "tests/testing/targets.h"
#include "tests/worker/task/policy_gradient/configs.h"
#include "worker/task/policy_gradient/environments.h"

namespace paceline {
namespace {

using control::Experience;
using testing::Environments;
using testing::PolicyConfig;

constexpr RunSeed kSeed = {.key = 3, .particle = 4, .episode = 5};

std::vector<float> Initial(const PolicyGradientTask& task) {
  std::vector<float> parameters(task.parameter_count());
  task.SampleInitial(kSeed, parameters);
  return parameters;
}

const ParameterTensor& Tensor(const PolicyGradientTask& task, const std::string& name) {
  for (const ParameterTensor& tensor : task.parameters()) {
    if (tensor.name == name) return tensor;
  }
  ADD_FAILURE() << "no tensor " << name;
  return task.parameters().front();
}

template <class Environment>
void ExpectFacts(v1::Environment environment) {
  const EnvironmentFacts facts = EnvironmentFactsOf(environment);
  EXPECT_EQ(facts.states, Environment::kStates);
  EXPECT_EQ(facts.observed, Environment::kObserved);
  EXPECT_EQ(facts.actions, Environment::kActions);
}

TEST(PolicyGradient, FactsAreTheEnvironmentsAndTheTasksOwn) {
  ExpectFacts<control::CartPole>(v1::ENVIRONMENT_CART_POLE);
  ExpectFacts<control::Pendulum>(v1::ENVIRONMENT_PENDULUM);
  ExpectFacts<control::Acrobot>(v1::ENVIRONMENT_ACROBOT);
  for (const v1::Environment environment : Environments()) {
    v1::Task config;
    *config.mutable_policy_gradient() = PolicyConfig(environment, {5, 7}, 3, 20);
    const TaskFacts facts = FactsOf(config);
    const PolicyGradientTask task(config.policy_gradient());
    ASSERT_EQ(facts.tensors.size(), task.parameters().size());
    EXPECT_EQ(facts.parameter_count(), task.parameter_count());
    for (size_t i = 0; i < facts.tensors.size(); ++i) {
      EXPECT_EQ(facts.tensors[i].name, task.parameters()[i].name);
    }
    EXPECT_FALSE(facts.has_network || facts.has_classes || facts.data);
    // Twice the work for twice the episodes.
    config.mutable_policy_gradient()->set_batch(6);
    EXPECT_NEAR(FactsOf(config).flops / facts.flops, 2, 0.05);
  }
}

// ---- acting ----

struct RandomReturn {
  v1::Environment environment;
  // Of the policy that gives 0 for everything: uniform actions, or torques N(0, 1) cut at ±2.
  double mean, mean_error, deviation;
};

// Measured with Gymnasium 1.4.0: 20,000 episodes of CartPole-v1, 5,000 of Pendulum-v1 and 4,000 of
// Acrobot-v1, reset with seeds 0, 1, ..., actions of numpy's default_rng(12345).
constexpr RandomReturn kRandomReturns[] = {
    {v1::ENVIRONMENT_CART_POLE, 22.1776, 0.0829, 11.727},
    {v1::ENVIRONMENT_PENDULUM, -1226.770, 4.2024, 297.15},
    {v1::ENVIRONMENT_ACROBOT, -498.9245, 0.1754, 11.094},
};

TEST(PolicyGradient, ARandomPolicysReturnIsThePublishedEnvironments) {
  constexpr uint32_t kEpisodes = 4096;
  for (const RandomReturn& wanted : kRandomReturns) {
    SCOPED_TRACE(v1::Environment_Name(wanted.environment));
    const PolicyGradientTask task(PolicyConfig(wanted.environment, {}, kEpisodes, 0));
    const std::vector<float> zeros(task.parameter_count());
    const FreshBatch batch = {.purpose = Purpose::kFinalBatch, .number = 3};
    const double own = -double{task.Score(kSeed, batch, zeros).loss};
    EXPECT_NEAR(own, wanted.mean,
                3 * std::hypot(wanted.mean_error, wanted.deviation / std::sqrt(kEpisodes)));
  }
}

TEST(PolicyGradient, EveryInstructionSetActsAlike) {
  for (const v1::Environment environment : Environments()) {
    v1::PolicyGradient config = PolicyConfig(environment, {9, 21}, 21, 70);
    for (const auto activation : {v1::ACTIVATION_TANH, v1::ACTIVATION_ANY}) {
      config.set_activation(activation);
      const PolicyGradientTask scalar(config, lane::Target::kScalar);
      const std::vector<float> parameters = Initial(scalar);
      const Experience wanted = scalar.Act(kSeed, 6, parameters);
      for (const lane::Target target : testing::RunnableTargets()) {
        SCOPED_TRACE(lane::TargetName(target));
        const PolicyGradientTask task(config, target);
        const Experience own = task.Act(kSeed, 6, parameters);
        EXPECT_EQ(own.mean_return(), wanted.mean_return());
        ASSERT_EQ(own.chunks(task.surrogate()), wanted.chunks(task.surrogate()));
        NetworkInputs a, b;
        for (size_t c = 0; c < own.chunks(task.surrogate()); ++c) {
          own.FillChunk(task.surrogate(), c, a);
          wanted.FillChunk(task.surrogate(), c, b);
          for (size_t i = 0; i < a.arrays.size(); ++i) {
            EXPECT_EQ(a.arrays[i].floats, b.arrays[i].floats) << "input " << i;
            EXPECT_EQ(a.arrays[i].tokens, b.arrays[i].tokens) << "input " << i;
          }
        }
      }
    }
  }
}

TEST(PolicyGradient, WhatIsDrawnIsAFunctionOfSeedAndStep) {
  for (const v1::Environment environment : Environments()) {
    const PolicyGradientTask task(PolicyConfig(environment, {5}, 17, 60));
    const std::vector<float> parameters = Initial(task);
    const auto seen = [&](const RunSeed& seed, int64_t step) {
      NetworkInputs chunk;
      task.Act(seed, step, parameters).FillChunk(task.surrogate(), 0, chunk);
      return chunk.arrays[0].floats;
    };
    const std::vector<float> wanted = seen(kSeed, 2);
    EXPECT_EQ(seen(kSeed, 2), wanted);
    EXPECT_NE(seen(kSeed, 3), wanted);
    for (const RunSeed& other : {RunSeed{9, 4, 5}, RunSeed{3, 9, 5}, RunSeed{3, 4, 9}}) {
      EXPECT_NE(seen(other, 2), wanted);
    }
  }
}

TEST(PolicyGradient, FreshBatchesHaveDrawsOfTheirOwn) {
  const PolicyGradientTask task(PolicyConfig(v1::ENVIRONMENT_PENDULUM, {5}, 16, 50));
  const std::vector<float> parameters = Initial(task);
  const auto score = [&](Purpose purpose, int64_t number, Split split = Split::kTest) {
    const FreshBatch batch = {.split = split, .purpose = purpose, .number = number};
    return task.Score(kSeed, batch, parameters).loss;
  };
  std::vector<float> gradient(parameters.size());
  const float trained = task.LossAndGradient(kSeed, 1, parameters, gradient);
  const float held_out = score(Purpose::kHeldOutBatch, 1), final = score(Purpose::kFinalBatch, 1);
  EXPECT_EQ(score(Purpose::kHeldOutBatch, 1), held_out);
  EXPECT_NE(held_out, final);
  EXPECT_NE(held_out, trained);
  EXPECT_NE(score(Purpose::kHeldOutBatch, 2), held_out);
  EXPECT_NE(score(Purpose::kHeldOutBatch, 1, Split::kOuterValid), held_out);
  // Sixty-four episodes are four batches.
  double mean = 0;
  for (int64_t number = 0; number < 4; ++number) mean += score(Purpose::kFinalBatch, number) / 4.0;
  EXPECT_NEAR(task.Evaluate(kSeed, parameters, Split::kTest, 0).loss, mean, 1e-4);
}

// ---- losses ----

TEST(PolicyGradient, TheMetaLossIsLinearInTheReturn) {
  const PolicyGradientTask cart(PolicyConfig(v1::ENVIRONMENT_CART_POLE, {}, 1, 0));
  EXPECT_FLOAT_EQ(cart.MetaLoss(-500), 0);
  EXPECT_FLOAT_EQ(cart.MetaLoss(-125), 7.5);
  EXPECT_FLOAT_EQ(cart.MetaLoss(0), 10);
  const PolicyGradientTask pendulum(PolicyConfig(v1::ENVIRONMENT_PENDULUM, {}, 1, 100));
  EXPECT_FLOAT_EQ(pendulum.MetaLoss(0), 0);
  EXPECT_FLOAT_EQ(pendulum.MetaLoss(50 * 16.2736044f), 5);
  const PolicyGradientTask acrobot(PolicyConfig(v1::ENVIRONMENT_ACROBOT, {}, 1, 0));
  EXPECT_FLOAT_EQ(acrobot.MetaLoss(500), 10);
  EXPECT_FLOAT_EQ(acrobot.MetaLoss(100), 2);
  for (const PolicyGradientTask* task : {&cart, &pendulum, &acrobot}) {
    EXPECT_FLOAT_EQ(task->MetaLoss(std::nanf("")), 10);
    EXPECT_FLOAT_EQ(task->MetaLoss(std::numeric_limits<float>::infinity()), 10);
    EXPECT_FLOAT_EQ(task->meta_loss_bound(), 10);
  }
}

TEST(PolicyGradient, ReturnsAreCountedAsTheSchemaSays) {
  // A cart that is always pushed to the same side: the pole falls in 8 to 10 steps.
  const PolicyGradientTask cart(PolicyConfig(v1::ENVIRONMENT_CART_POLE, {}, 32, 0));
  std::vector<float> parameters(cart.parameter_count());
  parameters[Tensor(cart, "policy/~/linear_0/b").offset] = 60;
  const float fallen = -cart.Score(kSeed, {}, parameters).loss;
  EXPECT_GE(fallen, 8);
  EXPECT_LE(fallen, 11);
  // Links that nothing moves never get there: −1 for every step.
  const PolicyGradientTask acrobot(PolicyConfig(v1::ENVIRONMENT_ACROBOT, {}, 4, 30));
  std::vector<float> still(acrobot.parameter_count());
  still[Tensor(acrobot, "policy/~/linear_0/b").offset + 1] = 60;
  EXPECT_EQ(acrobot.Score(kSeed, {}, still).loss, 30);
}

TEST(PolicyGradient, APolicyThatIsNoNumberHasALossThatIsNone) {
  for (const v1::Environment environment : Environments()) {
    const PolicyGradientTask task(PolicyConfig(environment, {5}, 7, 40));
    for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
      std::vector<float> parameters = Initial(task), gradient(parameters.size());
      parameters[Tensor(task, "policy/~/linear_1/b").offset] = bad;
      EXPECT_TRUE(std::isnan(task.LossAndGradient(kSeed, 0, parameters, gradient)));
      EXPECT_TRUE(std::isnan(task.Score(kSeed, {}, parameters).loss));
      EXPECT_TRUE(std::isnan(task.Evaluate(kSeed, parameters, Split::kTest, 0).loss));
    }
  }
}

// ---- the gradient ----

// The surrogate in double, from its definition.
class InDouble {
 public:
  InDouble(const v1::PolicyGradient& config, const PolicyGradientTask& task,
           const NetworkInputs& chunk)
      : config_(config), task_(task), chunk_(chunk) {}

  double Loss(const std::vector<double>& parameters) const {
    double loss = 0;
    const auto observed = static_cast<size_t>(task_.surrogate().inputs[0].shape[1]);
    const std::vector<float>& seen = chunk_.arrays[0].floats;
    for (size_t row = 0; row * observed < seen.size(); ++row) {
      const std::vector<double> x(seen.begin() + row * observed,
                                  seen.begin() + (row + 1) * observed);
      const std::vector<double> outputs = Mlp(parameters, "policy", x);
      const double value = Mlp(parameters, "value", x)[0];
      const auto [log_chance, entropy] =
          outputs.size() == 1 ? OfNormal(parameters, outputs[0], row) : OfSoftmax(outputs, row);
      const double error = value - double{chunk_.arrays[3].floats[row]};
      loss += double{chunk_.arrays[4].floats[row]} *
              (-log_chance * double{chunk_.arrays[2].floats[row]} +
               config_.value_weight() * error * error - config_.entropy() * entropy);
    }
    return loss;
  }

 private:
  struct Judged {
    double log_chance, entropy;
  };

  std::vector<double> Mlp(const std::vector<double>& parameters, const std::string& name,
                          std::vector<double> x) const {
    for (int layer = 0; layer <= config_.hidden_size(); ++layer) {
      const std::string prefix = name + "/~/linear_" + std::to_string(layer);
      const ParameterTensor& w = Tensor(task_, prefix + "/w");
      const ParameterTensor& b = Tensor(task_, prefix + "/b");
      std::vector<double> y(b.size);
      for (size_t o = 0; o < y.size(); ++o) {
        y[o] = parameters[b.offset + o];
        for (size_t i = 0; i < x.size(); ++i) {
          y[o] += x[i] * parameters[w.offset + i * y.size() + o];
        }
        if (layer < config_.hidden_size()) y[o] = std::tanh(y[o]);
      }
      x = std::move(y);
    }
    return x;
  }
  Judged OfSoftmax(const std::vector<double>& logits, size_t row) const {
    double sum = 0, entropy = 0;
    for (const double logit : logits) sum += std::exp(logit);
    for (const double logit : logits) {
      entropy -= std::exp(logit) / sum * (logit - std::log(sum));
    }
    const auto action = static_cast<size_t>(chunk_.arrays[1].tokens[row]);
    return {logits[action] - std::log(sum), entropy};
  }
  Judged OfNormal(const std::vector<double>& parameters, double mean, size_t row) const {
    const double deviation = std::exp(parameters[Tensor(task_, "policy/log_deviation").offset]);
    const double off = (double{chunk_.arrays[1].floats[row]} - mean) / deviation;
    const double pi = std::numbers::pi;
    return {-off * off / 2 - std::log(deviation * std::sqrt(2 * pi)),
            std::log(deviation * std::sqrt(2 * pi * std::numbers::e))};
  }

  const v1::PolicyGradient& config_;
  const PolicyGradientTask& task_;
  const NetworkInputs& chunk_;
};

TEST(PolicyGradient, TheGradientIsThatOfTheSurrogateWithItsExperienceFixed) {
  for (const v1::Environment environment : Environments()) {
    SCOPED_TRACE(v1::Environment_Name(environment));
    // Chunks of 256 steps: more than one, the last not full.
    const v1::PolicyGradient config = PolicyConfig(environment, {4, 3}, 10, 40);
    const PolicyGradientTask task(config);
    std::vector<float> parameters = Initial(task);
    for (size_t i = 0; i < parameters.size(); i += 3) parameters[i] += 0.1f;
    std::vector<float> gradient(parameters.size());
    const float loss = task.LossAndGradient(kSeed, 8, parameters, gradient);
    const Experience experience = task.Act(kSeed, 8, parameters);
    EXPECT_EQ(loss, -experience.mean_return());
    const size_t chunks = experience.chunks(task.surrogate());
    std::vector<double> point(parameters.begin(), parameters.end()), wanted(point.size());
    for (size_t c = 0; c < chunks; ++c) {
      NetworkInputs chunk;
      experience.FillChunk(task.surrogate(), c, chunk);
      const InDouble surrogate(config, task, chunk);
      for (size_t i = 0; i < point.size(); ++i) {
        constexpr double kStep = 1e-5;
        const double at = point[i];
        point[i] = at + kStep;
        const double above = surrogate.Loss(point);
        point[i] = at - kStep;
        const double below = surrogate.Loss(point);
        point[i] = at;
        wanted[i] += (above - below) / (2 * kStep);
      }
    }
    double largest = 0;
    for (const double slope : wanted) largest = std::max(largest, std::fabs(slope));
    ASSERT_GT(largest, 1e-3);
    for (size_t i = 0; i < wanted.size(); ++i) {
      EXPECT_NEAR(gradient[i], wanted[i], 1e-5 * largest) << i;
    }
  }
}

TEST(PolicyGradient, ALinearPolicyHasOneLayer) {
  const PolicyGradientTask task(PolicyConfig(v1::ENVIRONMENT_PENDULUM, {}, 3, 0));
  EXPECT_EQ(task.parameter_count(), 2 * (3u + 1) + 1);
  EXPECT_EQ(Initial(task)[Tensor(task, "policy/log_deviation").offset], 0) << "σ = 1";
}

}  // namespace
}  // namespace paceline
