#include "worker/baselines/adamw.h"

#include <gtest/gtest.h>
#include <torch/optim/adamw.h>

#include "tests/worker/baselines/trajectory.h"
#include "worker/baselines/rate_schedule.h"

namespace paceline {
namespace {

// One that fills no whole number of lanes.
constexpr int64_t kParameters = 37;
constexpr size_t kUpdates = 60;

struct Problem {
  std::vector<float> initial;
  std::vector<std::vector<float>> gradients;
};

Problem RandomProblem() {
  std::mt19937 random(5);
  Problem problem{.initial = RandomFloats(random, kParameters), .gradients = {}};
  for (size_t i = 0; i < kUpdates; ++i) {
    problem.gradients.push_back(RandomFloats(random, kParameters));
  }
  return problem;
}

at::Tensor InDouble(const std::vector<float>& values) {
  return torch::tensor(std::vector<double>(values.begin(), values.end()),
                       torch::TensorOptions(torch::kDouble));
}

// θ as AdamW's: rate, warm-up, cosine, β₁, β₂, weight decay.
void ExpectLibTorchs(const std::vector<float>& theta) {
  const Problem problem = RandomProblem();
  const auto ours =
      Follow(*MakeAdamW(TensorsOf({{kParameters}})), theta, problem.initial, problem.gradients);
  at::Tensor parameter = InDouble(problem.initial).requires_grad_();
  torch::optim::AdamW theirs(
      {parameter}, torch::optim::AdamWOptions().betas({theta[3], theta[4]}).weight_decay(theta[5]));
  for (size_t i = 0; i < kUpdates; ++i) {
    auto& options = static_cast<torch::optim::AdamWOptions&>(theirs.param_groups()[0].options());
    options.lr(theta[0] * RateFactor({.warmup = theta[1], .cosine = theta[2] != 0},
                                     static_cast<int64_t>(i), kUpdates));
    parameter.mutable_grad() = InDouble(problem.gradients[i]);
    theirs.step();
    for (int64_t k = 0; k < kParameters; ++k) {
      const double expected = parameter.const_data_ptr<double>()[k];
      ASSERT_NEAR(ours[i][k], expected, 1e-5 * std::max(1.0, std::abs(expected))) << i << " " << k;
    }
  }
}

TEST(AdamWTest, MovesAsLibTorchs) { ExpectLibTorchs({0.02f, 0, 0, 0.9f, 0.999f, 0.1f}); }

TEST(AdamWTest, OtherBetasWarmUpAndDecayToo) {
  ExpectLibTorchs({0.1f, 0.1f, 1, 0.8f, 0.95f, 0});
  ExpectLibTorchs({0.05f, 0.2f, 0, 0.95f, 0.99f, 0.01f});
}

TEST(AdamWTest, EverySettingHasItsTheta) {
  const Baseline baseline = AdamWBaseline();
  EXPECT_EQ(baseline.theta(std::vector<double>{0.5, 0.25, 1, 0.75, 0.875, 0.125}),
            (std::vector<float>{0.5f, 0.25f, 1, 0.75f, 0.875f, 0.125f}));
  EXPECT_EQ(baseline.knobs.size(), 6u);
}

}  // namespace
}  // namespace paceline
