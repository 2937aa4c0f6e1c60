#include "common/estimator/leaf_sigma.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "common/estimator/gradient.h"
#include "tests/common/estimator/configs.h"

namespace paceline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// θ = log_epsilon, log_lr, one_minus_beta1, one_minus_beta2.
v1::JobConfig AdamConfig(const std::vector<std::pair<std::string, double>>& sigmas) {
  v1::JobConfig config = EstimatorConfig(Kind::kFullEs, 0, 10, 1, 1);
  v1::LearnableAdam& adam = *config.mutable_optimizer()->mutable_learnable_adam();
  adam.set_learning_rate(0.01);
  adam.set_beta1(0.9);
  adam.set_beta2(0.99);
  adam.set_epsilon(1e-8);
  for (const auto& [leaf, sigma] : sigmas) {
    v1::LeafSigma& entry = *config.mutable_estimator()->add_leaf_sigma();
    entry.set_leaf(leaf);
    entry.set_sigma(sigma);
  }
  return config;
}

std::vector<float> Sigmas(const v1::JobConfig& config) {
  return ElementSigmas(config.estimator(), LayoutOf(config.optimizer()));
}

TEST(LeafSigma, IsTheCommonOneWhereNothingIsSaid) {
  EXPECT_THAT(Sigmas(AdamConfig({})), IsEmpty());
  EXPECT_THAT(Sigmas(AdamConfig({{"log_lr", 0.5}})), ElementsAre(0.1f, 0.5f, 0.1f, 0.1f));
}
TEST(LeafSigma, AStarMatchesWhatBeginsThatWay) {
  EXPECT_THAT(Sigmas(AdamConfig({{"one_*", 0.5}})), ElementsAre(0.1f, 0.1f, 0.5f, 0.5f));
  EXPECT_THAT(Sigmas(AdamConfig({{"*", 0.5}})), ElementsAre(0.5f, 0.5f, 0.5f, 0.5f));
  EXPECT_TRUE(LeafMatches("nn/~/w*", "nn/~/w0"));
  EXPECT_FALSE(LeafMatches("nn/~/w", "nn/~/w0"));
  EXPECT_FALSE(LeafMatches("log_lr*", "log_l"));
}
TEST(LeafSigma, TheLastThatNamesALeafCounts) {
  EXPECT_THAT(Sigmas(AdamConfig({{"*", 0.5}, {"log_lr", 0.25}})),
              ElementsAre(0.5f, 0.25f, 0.5f, 0.5f));
  EXPECT_THAT(Sigmas(AdamConfig({{"log_lr", 0.25}, {"*", 0.5}})),
              ElementsAre(0.5f, 0.5f, 0.5f, 0.5f));
}

// g_i = (S⁺ − S⁻)·n_i / (2σ_i·n): each element by its own σ.
TEST(LeafSigma, DividesTheGradientOfItsLeaf) {
  const v1::JobConfig config = AdamConfig({{"one_*", 0.5}, {"log_lr", 0.25}});
  GradientEstimator estimator(config, 4, 1);
  const ParticleScalars particle = {.sum_plus = 30, .sum_minus = 10, .trained_steps = 10};
  const GradientEstimate estimate = estimator.Estimate({&particle, 1}).value();
  std::vector<float> noise(4);
  FillNormals(PerturbationStream(config, 0, 0, 0), 0, noise);
  const std::vector<float> sigmas = {0.1f, 0.25f, 0.5f, 0.5f};
  for (int i = 0; i < 4; ++i) EXPECT_FLOAT_EQ(estimate.gradient[i], noise[i] / sigmas[i]);
}

}  // namespace
}  // namespace paceline
