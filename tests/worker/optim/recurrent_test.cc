// What the optimizers with an LSTM for each tensor and the learned schedule promise beside the
// golden trajectories.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/testing/sample_optimizers.h"
#include "tests/testing/sample_problems.h"
#include "tests/testing/sample_recurrent.h"
#include "worker/optim/make.h"

namespace paceline {
namespace {

using Values = std::vector<float>;

struct Problem {
  std::vector<ParameterTensor> tensors;
  Values theta;
  float gradient_scale = 0.3f;
  int updates = 6;
  int valid_update = -1;
};

Values ParametersAfter(const v1::LearnedOptimizer& config, const Problem& problem) {
  std::mt19937 random(3);
  size_t size = 0;
  for (const ParameterTensor& tensor : problem.tensors) size += tensor.size;
  Values parameters = RandomValues(size, 1, random);
  const auto optimizer = MakeOptimizer(config, problem.tensors, Arithmetic::kSimd);
  const auto prepared = optimizer->Prepare(problem.theta);
  Values state(optimizer->state_size()), scratch(optimizer->scratch_size(), std::nanf(""));
  optimizer->InitState(*prepared, state);
  for (int update = 0; update < problem.updates; ++update) {
    const Values gradient = RandomValues(size, problem.gradient_scale, random);
    const InnerStep step = {.iteration = update,
                            .num_steps = 100,
                            .loss = update % 3 == 2 ? 1.5f : 2.0f / static_cast<float>(1 + update),
                            .is_valid = update == problem.valid_update,
                            .gradient = gradient.data()};
    optimizer->Update(*prepared, step, parameters, state, scratch);
  }
  return parameters;
}

Problem ProblemOf(const v1::LearnedOptimizer& config,
                  const std::vector<std::vector<int64_t>>& shapes) {
  std::mt19937 random(4);
  return {.tensors = TensorsOf(shapes), .theta = RandomTheta(config, random)};
}

TEST(LearnedSchedule, StartsAsItsBaseOptimizerBitForBit) {
  const auto initial = [](const v1::LearnedOptimizer& config) {
    return InitialTheta(LayoutOf(config), 1);
  };
  v1::LearnedOptimizer adam = AdamConfig();
  adam.mutable_learnable_adam()->set_learning_rate(0.01);
  const struct {
    v1::ScheduledOptimizer base;
    v1::LearnedOptimizer plain;
  } kCases[] = {{v1::SCHEDULED_OPTIMIZER_ADAM, adam},
                {v1::SCHEDULED_OPTIMIZER_MOMENTUM, SgdmConfig()}};
  for (const auto& test : kCases) {
    for (const auto activation : {v1::SCHEDULE_ACTIVATION_TANH, v1::SCHEDULE_ACTIVATION_RELU}) {
      const auto scheduled = ScheduleConfig(test.base, activation);
      const auto tensors = TensorsOf({{7, 5}, {3}, {}});
      EXPECT_EQ(ParametersAfter(scheduled, {tensors, initial(scheduled)}),
                ParametersAfter(test.plain, {tensors, initial(test.plain)}));
    }
  }
}

TEST(LearnedSchedule, RateFollowsTheNetworksLastBias) {
  const auto config =
      ScheduleConfig(v1::SCHEDULED_OPTIMIZER_MOMENTUM, v1::SCHEDULE_ACTIVATION_TANH);
  const ThetaLayout layout = LayoutOf(config);
  Problem problem{TensorsOf({{9}}), InitialTheta(layout, 1)};
  problem.updates = 1;
  problem.theta[layout.leaf("schedule/linear_2/b").offset] = std::log(3.0f);
  const Values tripled = ParametersAfter(config, problem);
  problem.theta[layout.leaf("schedule/linear_2/b").offset] = 0;
  const Values plain = ParametersAfter(config, problem);
  problem.updates = 0;
  const Values before = ParametersAfter(config, problem);
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_NEAR(tripled[i] - before[i], 3 * (plain[i] - before[i]), 1e-6);
  }
}

TEST(Recurrent, ATensorWithoutElementsTakesNoPart) {
  for (const auto& config : {NnAdamConfig(), RnnMlpConfig(), HyperV2Config()}) {
    EXPECT_EQ(ParametersAfter(config, ProblemOf(config, {{4, 3}, {0}, {5}, {3, 0}})),
              ParametersAfter(config, ProblemOf(config, {{4, 3}, {5}})))
        << config.ShortDebugString();
  }
}

TEST(Recurrent, TensorsOfOneProblemSeeEachOther) {
  for (const auto& config : {RnnMlpConfig(), HyperV2Config()}) {
    const Values alone = ParametersAfter(config, ProblemOf(config, {{4, 3}}));
    const Values beside = ParametersAfter(config, ProblemOf(config, {{4, 3}, {5}}));
    EXPECT_NE(alone, Values(beside.begin(), beside.begin() + 12)) << config.ShortDebugString();
  }
}

TEST(RnnMlp, AValidationLossMovesNoParameterButWhatComesAfter) {
  const auto config = RnnMlpConfig();
  Problem problem = ProblemOf(config, {{4, 3}, {5}});
  problem.updates = 3;
  const Values before = ParametersAfter(config, problem);
  problem.updates = 4;
  const Values trained = ParametersAfter(config, problem);
  problem.valid_update = 3;
  EXPECT_EQ(ParametersAfter(config, problem), before);
  EXPECT_NE(trained, before);
  problem.updates = 6;
  const Values seen = ParametersAfter(config, problem);
  problem.valid_update = -1;
  EXPECT_NE(seen, ParametersAfter(config, problem));
}

TEST(Recurrent, GradientsOfAnySizeLeaveNumbers) {
  for (const auto& config : RecurrentConfigs()) {
    for (const float scale : {0.0f, 1e-30f, 1e6f}) {
      Problem problem = ProblemOf(config, {{20, 7}, {6}, {}, {1, 1}});
      problem.gradient_scale = scale;
      for (const float p : ParametersAfter(config, problem)) {
        ASSERT_TRUE(std::isfinite(p)) << scale << " " << config.ShortDebugString();
      }
    }
  }
}

TEST(HyperV2, EachFlagChangesTheTrajectory) {
  const auto base = HyperV2Config(20, 5);
  const Problem problem = ProblemOf(base, {{7, 5}, {5}, {}});
  const Values expected = ParametersAfter(base, problem);
  std::vector<v1::HyperV2> changed(7, base.hyper_v2());
  changed[0].set_param_scale_mult(false);
  changed[1].set_use_bugged_next_lstm_state(true);
  changed[2].set_use_bugged_loss_features(true);
  changed[3].set_precondition_output(true);
  changed[4].set_rnn_state_decay(0.5);
  changed[5].set_clip_param_scale_amount(0.01);
  changed[6].set_rms_decay(0.9);
  for (const v1::HyperV2& own : changed) {
    v1::LearnedOptimizer config;
    *config.mutable_hyper_v2() = own;
    EXPECT_NE(ParametersAfter(config, problem), expected) << config.ShortDebugString();
  }
}

TEST(HyperV2, VelosSizePreparesOneCopyOfTheta) {
  const auto config = HyperV2Config(512, 256);
  ASSERT_EQ(LayoutOf(config).size, 2'320'385u);
  const auto owned = HyperV2Family::PlanFor(config, TensorsOf({{64, 32}, {32}, {32, 10}, {10}}));
  EXPECT_LT(owned.plan.prepared_size, 2'320'385u);
  // 4 tensors · 2 · 512 of LSTM, 4 accumulators an element, rows and columns, the loss.
  EXPECT_LT(owned.plan.state_size, 16'000u);
  EXPECT_LT(owned.plan.scratch_size, 64'000u);
}

}  // namespace
}  // namespace paceline
