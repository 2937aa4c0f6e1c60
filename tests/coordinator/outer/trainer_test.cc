#include "coordinator/outer/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "common/base/digest.h"
#include "tests/coordinator/outer/configs.h"

namespace paceline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr size_t kParameters = 40;

v1::Outer OuterConfig(const v1::OuterOptimizer& optimizer, uint32_t steps = 100) {
  v1::Outer config;
  config.set_steps(steps);
  *config.mutable_optimizer() = optimizer;
  return config;
}

std::vector<float> GradientAt(int step) {
  std::mt19937 random(static_cast<uint32_t>(step));
  std::normal_distribution<float> normal;
  std::vector<float> gradient(kParameters);
  for (float& g : gradient) g = normal(random);
  return gradient;
}

TEST(OuterTrainer, ReportsNormsAndTheScheduledLearningRate) {
  v1::Outer config = OuterConfig(SgdConfig(0.5));
  v1::PiecewiseBoundary& boundary =
      *config.mutable_schedule()->mutable_piecewise()->add_boundaries();
  boundary.set_step(1);
  boundary.set_factor(0.1);
  OuterTrainer trainer(config, {2});
  std::vector<float> theta = {0, 0};
  const std::vector<float> gradient = {3, 4};
  const OuterStepInfo first = trainer.Step(gradient, theta).value();
  EXPECT_DOUBLE_EQ(first.gradient_norm, 5);
  EXPECT_DOUBLE_EQ(first.update_norm, 2.5);
  EXPECT_DOUBLE_EQ(first.learning_rate, 0.5);
  const OuterStepInfo second = trainer.Step(gradient, theta).value();
  EXPECT_NEAR(second.update_norm, 0.25, 1e-6);
  EXPECT_DOUBLE_EQ(second.learning_rate, 0.05);
  EXPECT_EQ(trainer.steps(), 2);
}

TEST(OuterTrainer, ClipsBeforeTheUpdateAndReportsTheNormBefore) {
  v1::Outer config = OuterConfig(SgdConfig(1));
  config.mutable_clip()->set_element(1);
  OuterTrainer trainer(config, {2});
  std::vector<float> theta = {0, 0};
  const std::vector<float> gradient = {3, -4};
  EXPECT_DOUBLE_EQ(trainer.Step(gradient, theta)->gradient_norm, 5);
  EXPECT_THAT(theta, ElementsAre(-1, 1));
}

TEST(OuterTrainer, ARestoredTrainerGoesOnBitForBit) {
  for (const v1::OuterOptimizer& optimizer : EveryOptimizer()) {
    v1::Outer config = OuterConfig(optimizer);
    config.mutable_schedule()->mutable_cosine()->set_warmup_steps(5);
    OuterTrainer uninterrupted(config, {kParameters});
    std::vector<float> theta(kParameters, 0.5f), theta_at_30;
    std::string saved;
    for (int step = 0; step < 60; ++step) {
      if (step == 30) {
        saved = uninterrupted.Save();
        theta_at_30 = theta;
      }
      ASSERT_TRUE(uninterrupted.Step(GradientAt(step), theta).ok());
    }
    OuterTrainer restored(config, {kParameters});
    ASSERT_TRUE(restored.Restore(saved).ok());
    EXPECT_EQ(restored.steps(), 30);
    for (int step = 30; step < 60; ++step) {
      ASSERT_TRUE(restored.Step(GradientAt(step), theta_at_30).ok());
    }
    EXPECT_EQ(ThetaDigest(theta_at_30), ThetaDigest(theta)) << optimizer.kind_case();
    EXPECT_EQ(restored.Save(), uninterrupted.Save());
  }
}

v1::Outer AccumulatingConfig(const v1::OuterOptimizer& optimizer) {
  v1::Outer config = OuterConfig(optimizer, 60);
  config.set_accumulate(3);
  config.mutable_schedule()->mutable_cosine()->set_warmup_steps(4);
  config.mutable_clip()->set_element(0.5);
  return config;
}

TEST(OuterTrainer, AccumulatesGradientsAndUpdatesByTheirMean) {
  for (const v1::OuterOptimizer& optimizer : EveryOptimizer()) {
    OuterTrainer trainer(AccumulatingConfig(optimizer), {kParameters});
    v1::Outer single = AccumulatingConfig(optimizer);
    single.set_steps(20);
    single.clear_accumulate();
    OuterTrainer by_means(single, {kParameters});
    std::vector<float> theta(kParameters, 0.5f), expected = theta;
    for (int update = 0; update < 20; ++update) {
      std::vector<float> sum(kParameters);
      for (int part = 0; part < 3; ++part) {
        const std::vector<float> before = theta;
        const std::vector<float> gradient = GradientAt(3 * update + part);
        const OuterStepInfo info = trainer.Step(gradient, theta).value();
        EXPECT_EQ(info.updates, update + (part == 2 ? 1 : 0));
        if (part < 2) {
          EXPECT_EQ(theta, before);
          EXPECT_EQ(info.update_norm, 0);
        }
        for (size_t i = 0; i < kParameters; ++i) sum[i] += gradient[i];
      }
      for (float& g : sum) g /= 3;
      const OuterStepInfo info = by_means.Step(sum, expected).value();
      EXPECT_EQ(info.updates, update + 1);
      EXPECT_EQ(theta, expected) << update;
    }
  }
}

TEST(OuterTrainer, RestoredInTheMiddleOfAnAccumulationGoesOnBitForBit) {
  const v1::Outer config = AccumulatingConfig(AdamConfig(AdamSettings(0.01)));
  OuterTrainer uninterrupted(config, {kParameters});
  std::vector<float> theta(kParameters, 0.5f), theta_at_31;
  std::string saved;
  for (int step = 0; step < 60; ++step) {
    if (step == 31) {
      saved = uninterrupted.Save();
      theta_at_31 = theta;
    }
    ASSERT_TRUE(uninterrupted.Step(GradientAt(step), theta).ok());
  }
  OuterTrainer restored(config, {kParameters});
  ASSERT_TRUE(restored.Restore(saved).ok());
  for (int step = 31; step < 60; ++step) {
    ASSERT_TRUE(restored.Step(GradientAt(step), theta_at_31).ok());
  }
  EXPECT_EQ(ThetaDigest(theta_at_31), ThetaDigest(theta));
  EXPECT_EQ(restored.Save(), uninterrupted.Save());
  // Another number of gradients is another config.
  v1::Outer other = config;
  other.set_accumulate(2);
  EXPECT_EQ(OuterTrainer(other, {kParameters}).Restore(saved).code(),
            absl::StatusCode::kInvalidArgument);
}

class TrainerRefusals : public testing::Test {
 protected:
  TrainerRefusals() { EXPECT_TRUE(trainer_.Step(GradientAt(0), theta_).ok()); }
  // The gradient is refused and nothing has changed.
  void ExpectRefused(const std::vector<float>& gradient, const std::string& why) {
    const std::string before = trainer_.Save();
    const std::vector<float> theta_before = theta_;
    const auto info = trainer_.Step(gradient, theta_);
    EXPECT_EQ(info.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(info.status().message()), HasSubstr(why));
    EXPECT_EQ(trainer_.Save(), before);
    EXPECT_EQ(theta_, theta_before);
  }

  OuterTrainer trainer_{OuterConfig(AdamConfig(AdamSettings(0.01))), {kParameters}};
  std::vector<float> theta_ = std::vector<float>(kParameters, 1.0f);
};

TEST_F(TrainerRefusals, AGradientThatIsNotANumber) {
  std::vector<float> gradient = GradientAt(1);
  gradient[17] = std::numeric_limits<float>::quiet_NaN();
  ExpectRefused(gradient, "outer step 1: element 17 of the gradient is nan");
}
TEST_F(TrainerRefusals, AnInfiniteGradient) {
  std::vector<float> gradient = GradientAt(1);
  gradient[3] = -std::numeric_limits<float>::infinity();
  ExpectRefused(gradient, "element 3 of the gradient is -inf");
}
TEST_F(TrainerRefusals, AGradientOfAnotherSize) {
  ExpectRefused(std::vector<float>(39), "the gradient has 39 values and θ 40; both should have 40");
}

TEST(OuterTrainer, AnUpdateBeyondFloat32IsAnErrorAndThetaStays) {
  OuterTrainer trainer(OuterConfig(SgdConfig(1e6)), {1});
  std::vector<float> theta = {1};
  const std::vector<float> gradient = {1e38f};
  const auto info = trainer.Step(gradient, theta);
  EXPECT_EQ(info.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(theta, ElementsAre(1));
}

TEST(OuterTrainer, DamagedStateIsDataLossAndForeignStateAnInvalidArgument) {
  OuterTrainer adam(OuterConfig(AdamConfig(AdamSettings(0.01))), {kParameters});
  OuterTrainer adamw(OuterConfig(AdamwConfig(AdamSettings(0.01))), {kParameters});
  OuterTrainer larger(OuterConfig(AdamConfig(AdamSettings(0.01))), {kParameters + 1});
  std::string saved = adam.Save();
  EXPECT_EQ(adamw.Restore(saved).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(larger.Restore(saved).code(), absl::StatusCode::kInvalidArgument);
  saved[20] ^= 1;
  EXPECT_EQ(adam.Restore(saved).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(adam.Restore("").code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace paceline
