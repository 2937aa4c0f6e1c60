// Rules that LibTorch has, too, next to its own in double.
#include <torch/optim/adagrad.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>

#include "common/baseline/setting.h"
#include "tests/worker/baselines/reference.h"

namespace paceline {
namespace {

using testing::Setting;

// One that fills no whole number of lanes.
constexpr int64_t kParameters = 37;

template <class Theirs, class Options>
void ExpectLibTorchs(const v1::BaselineSetting& setting, const Options& options) {
  const Problem problem = RandomProblem(kParameters, 5);
  at::Tensor parameter = InDouble(problem.initial, {kParameters}).requires_grad_();
  Theirs theirs({parameter}, options);
  const double peak = ValueOf(setting, *FindBaseline(setting.rule()), "learning_rate");
  FollowRule(setting, TensorsOf({{kParameters}}), problem,
             [&](int64_t update, const std::vector<float>& p, std::span<const float>) {
               static_cast<Options&>(theirs.param_groups()[0].options())
                   .lr(peak * ScheduleFactor(ScheduleOf(setting), update, kReferenceUpdates));
               parameter.mutable_grad() =
                   InDouble(problem.gradients[static_cast<size_t>(update)], {kParameters});
               theirs.step();
               ASSERT_LT(LargestError(p, parameter.detach()), 1e-5)
                   << setting.rule() << " " << update;
             });
}

TEST(LibTorchTest, GradientDescentIsItsOwn) {
  ExpectLibTorchs<torch::optim::SGD>(Setting("sgd"), torch::optim::SGDOptions(0.3));
  ExpectLibTorchs<torch::optim::SGD>(Setting("sgd", {{"l2", 0.1}}),
                                     torch::optim::SGDOptions(0.3).weight_decay(0.1));
}

TEST(LibTorchTest, MomentumIsItsOwnPlainAndNesterovs) {
  for (const bool nesterov : {false, true}) {
    ExpectLibTorchs<torch::optim::SGD>(
        Setting("momentum", {{"momentum", 0.8}, {"nesterov", nesterov}, {"schedule", 1}}),
        torch::optim::SGDOptions(0.05).momentum(0.8).nesterov(nesterov));
  }
}

TEST(LibTorchTest, AdamIsItsOwn) {
  ExpectLibTorchs<torch::optim::Adam>(Setting("adam", {{"beta2", 0.95}, {"schedule", 3}}),
                                      torch::optim::AdamOptions().betas({0.9, 0.95}));
}

TEST(LibTorchTest, AdamWIsItsOwnUnderWarmUpAndDecay) {
  ExpectLibTorchs<torch::optim::AdamW>(Setting("adamw", {{"weight_decay", 0.1}, {"warmup", 0.2}}),
                                       torch::optim::AdamWOptions().weight_decay(0.1));
  ExpectLibTorchs<torch::optim::AdamW>(
      Setting("adamw", {{"beta1", 0.8}, {"weight_decay", 0}, {"schedule", 1}}),
      torch::optim::AdamWOptions().betas({0.8, 0.999}).weight_decay(0));
}

// Theirs has ε outside the root; both are far below all gradients here.
TEST(LibTorchTest, RmspropIsItsOwn) {
  for (const double momentum : {0.0, 0.9}) {
    ExpectLibTorchs<torch::optim::RMSprop>(
        Setting("rmsprop",
                {{"momentum", momentum}, {"epsilon", 1e-14}, {"schedule", 0}, {"warmup", 0}}),
        torch::optim::RMSpropOptions().alpha(0.99).eps(1e-14).momentum(momentum));
  }
}

TEST(LibTorchTest, AdagradIsItsOwn) {
  ExpectLibTorchs<torch::optim::Adagrad>(
      Setting("adagrad", {{"epsilon", 1e-14}, {"start", 0.2}}),
      torch::optim::AdagradOptions().initial_accumulator_value(0.2).eps(1e-14));
}

}  // namespace
}  // namespace paceline
