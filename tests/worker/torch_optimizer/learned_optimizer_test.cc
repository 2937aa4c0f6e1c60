#include "worker/torch_optimizer/learned_optimizer.h"

#include <limits>
#include <sstream>

#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/worker/torch_optimizer/training.h"

namespace paceline {
namespace {

using testing::CheckpointFile;
using testing::ErrorOf;
using ::testing::HasSubstr;
using testing::Parameters;
using testing::SetGradients;
using testing::ToVector;
using testing::Train;
using testing::Values;

constexpr char kAdafac[] = "{adafac_mlp: {hidden: 4, step_multiplier: 0.1}}";

TEST(LearnedOptimizer, AModuleLearnsAndTheClosuresLossComesBack) {
  const CheckpointFile file("{learnable_sgd: {learning_rate: 0.1}}");
  torch::manual_seed(3);
  torch::nn::Linear module(4, 1);
  const torch::Tensor x = torch::randn({64, 4}), y = x.sum(1, true);
  LearnedOptimizer optimizer(module->parameters(), file.path());
  EXPECT_EQ(optimizer.kind(), "learnable_sgd");
  double first = 0, last = 0;
  for (int step = 0; step < 100; ++step) {
    last = optimizer
               .step([&] {
                 optimizer.zero_grad();
                 torch::Tensor loss = torch::mse_loss(module(x), y);
                 loss.backward();
                 return loss;
               })
               .item<double>();
    if (step == 0) first = last;
  }
  EXPECT_LT(last, 0.01 * first);
}

TEST(LearnedOptimizer, AParameterWithoutGradientIsLeftAloneAndItsStateIsKept) {
  const CheckpointFile file(kAdafac);
  auto parameters = Parameters(), alone = Parameters();
  LearnedOptimizer optimizer(parameters, file.path()), apart(alone, file.path());
  Train(optimizer, parameters, 0, 3);
  Train(apart, alone, 0, 3);
  const auto before = ToVector(parameters[1]);
  for (int step = 3; step < 5; ++step) {  // only the others move
    SetGradients(parameters, step);
    parameters[1].mutable_grad() = torch::Tensor();
    optimizer.step();
  }
  EXPECT_EQ(ToVector(parameters[1]), before);
  // It goes on as if those steps had not been.
  SetGradients(parameters, 7);
  optimizer.step();
  SetGradients(alone, 7);
  apart.step();
  EXPECT_EQ(ToVector(parameters[1]), ToVector(alone[1]));
  EXPECT_NE(ToVector(parameters[0]), ToVector(alone[0]));
}

TEST(LearnedOptimizer, TensorsThatAreLookedAtTogetherStayTogether) {
  const CheckpointFile file("{adafac_mlp: {clip: {global_norm: 1}}}");
  auto parameters = Parameters();
  LearnedOptimizer optimizer(parameters, file.path());
  SetGradients(parameters, 0);
  parameters[1].mutable_grad() = torch::Tensor();  // takes no part, now and later
  const auto before = ToVector(parameters[1]);
  optimizer.step();
  optimizer.step();
  EXPECT_EQ(ToVector(parameters[1]), before);
  SetGradients(parameters, 1);
  EXPECT_THAT(ErrorOf([&] { optimizer.step(); }), HasSubstr("3 have one now, 2 had one"));
  parameters[0].mutable_grad() = torch::Tensor();
  EXPECT_THAT(ErrorOf([&] { optimizer.step(); }), HasSubstr("looks at all tensors together"));
  SetGradients(parameters, 1);
  optimizer.reset();
  optimizer.step();
}

TEST(LearnedOptimizer, TheFactorScalesTheUpdateAndDecayIsDecoupled) {
  const CheckpointFile file(kAdafac);
  auto plain = Parameters(), changed = Parameters();
  const auto start = Values(plain);
  LearnedOptimizer one(plain, file.path());
  LearnedOptimizer other(changed, file.path(), LearnedOptimizerOptions().lr(0.5).weight_decay(0.1));
  SetGradients(plain, 0);
  SetGradients(changed, 0);
  one.step();
  other.step();
  for (size_t i = 0; i < start.size(); ++i) {
    const auto full = ToVector(plain[i]), half = ToVector(changed[i]);
    for (size_t k = 0; k < full.size(); ++k) {
      const double expected =
          start[i][k] + 0.5 * (double{full[k]} - start[i][k]) - 0.5 * 0.1 * start[i][k];
      EXPECT_NEAR(half[k], expected, 3e-7);
    }
  }
}

TEST(LearnedOptimizer, GradientsAreClippedGroupByGroup) {
  const CheckpointFile file("{learnable_sgd: {learning_rate: 1}}");
  auto parameters = Parameters();
  const auto start = Values(parameters);
  using Group = torch::optim::OptimizerParamGroup;
  std::vector<Group> groups = {
      Group({parameters[0], parameters[1]},
            std::make_unique<LearnedOptimizerOptions>(LearnedOptimizerOptions().max_grad_norm(2))),
      Group({parameters[2]})};
  LearnedOptimizer optimizer(groups, file.path());
  for (torch::Tensor& parameter : parameters) {
    parameter.mutable_grad() = torch::full_like(parameter, 3.0);
  }
  optimizer.step();
  const double rate = std::exp(file.trained().theta[0]);
  const double scale = 2 / (3 * std::sqrt(15.0));  // 12 + 3 elements of 3 each
  for (size_t i = 0; i < 3; ++i) {
    const auto values = ToVector(parameters[i]);
    for (size_t k = 0; k < values.size(); ++k) {
      EXPECT_NEAR(start[i][k] - values[k], rate * 3 * (i < 2 ? scale : 1), 2e-6) << i;
    }
  }
}

TEST(LearnedOptimizer, AGroupsKindTakesThePlaceOfTheAutomaticOne) {
  const CheckpointFile file("{mu_adafac_mlp: {step_multiplier: 0.1}}");
  auto parameters = Parameters();
  const auto start = Values(parameters);
  std::vector<std::vector<float>> moved;
  for (const auto kind : {ParameterKind::kOutputWeights, ParameterKind::kHiddenWeights}) {
    auto copies = Parameters();
    LearnedOptimizer optimizer(copies, file.path(), LearnedOptimizerOptions().kind(kind));
    SetGradients(copies, 0);
    optimizer.step();
    moved.push_back(ToVector(copies[0]));
  }
  for (size_t i = 0; i < start[0].size(); ++i) {  // [out 3, in 4]: divided by its 4 inputs
    EXPECT_NEAR(moved[1][i] - start[0][i], (moved[0][i] - start[0][i]) / 4, 3e-7);
  }
  EXPECT_NE(moved[0], start[0]);
}

TEST(LearnedOptimizer, SquareWeightsKnowRowsFromColumns) {
  const CheckpointFile file(kAdafac);
  std::vector<std::vector<float>> results;
  for (const bool turn : {true, false}) {
    torch::manual_seed(1);
    std::vector<torch::Tensor> square = {torch::randn({4, 4}).requires_grad_()};
    LearnedOptimizer optimizer(square, file.path(), LearnedOptimizerOptions().turn_weights(turn));
    Train(optimizer, square, 0, 4);
    results.push_back(ToVector(square[0]));
  }
  EXPECT_NE(results[0], results[1]);
}

class StateTest : public ::testing::TestWithParam<v1::LearnedOptimizer> {};

TEST_P(StateTest, TrainingGoesOnFromSavedStateBitForBit) {
  const CheckpointFile file(GetParam());
  const auto options = LearnedOptimizerOptions().num_steps(20).lr(0.5);
  auto whole = Parameters(), parted = Parameters();
  LearnedOptimizer uninterrupted(whole, file.path(), options), first(parted, file.path(), options);
  Train(uninterrupted, whole, 0, 8);
  Train(first, parted, 0, 4);
  std::stringstream saved;
  torch::save(first, saved);

  std::vector<torch::Tensor> copies;
  for (const torch::Tensor& parameter : parted) {
    copies.push_back(parameter.detach().clone().requires_grad_());
  }
  LearnedOptimizer second(copies, file.path(), LearnedOptimizerOptions().num_steps(20));
  torch::load(second, saved);
  EXPECT_EQ(second.param_groups()[0].options().get_lr(), 0.5);
  Train(second, copies, 4, 8);
  EXPECT_EQ(Values(copies), Values(whole));
}

INSTANTIATE_TEST_SUITE_P(Samples, StateTest, ::testing::ValuesIn(testing::ModuleSamples()));

TEST(LearnedOptimizerState, KeepsWhatLayersWereInTheirFirstStep) {
  const CheckpointFile file("{mu_adafac_mlp: {step_multiplier: 0.1}}");
  using Group = torch::optim::OptimizerParamGroup;
  auto parameters = Parameters();
  LearnedOptimizer optimizer(parameters, file.path());
  Train(optimizer, parameters, 0, 2);
  parameters.push_back(torch::ones({2, 2}).requires_grad_());  // the last weights from now on
  optimizer.add_param_group(Group({parameters[3]}));
  Train(optimizer, parameters, 2, 4);
  std::stringstream saved;
  torch::save(optimizer, saved);
  std::vector<torch::Tensor> copies;
  for (const torch::Tensor& parameter : parameters) {
    copies.push_back(parameter.detach().clone().requires_grad_());
  }
  LearnedOptimizer loaded(
      std::vector<Group>{Group({copies[0], copies[1], copies[2]}), Group({copies[3]})},
      file.path());
  torch::load(loaded, saved);
  Train(optimizer, parameters, 4, 6);
  Train(loaded, copies, 4, 6);
  EXPECT_EQ(Values(copies), Values(parameters));
}

TEST(LearnedOptimizerState, OfASharedLayerIsSavedOnce) {
  const CheckpointFile file(kAdafac);
  auto parameters = Parameters(), copies = Parameters();
  const auto twice = [](const std::vector<torch::Tensor>& t) {
    return std::vector<torch::Tensor>{t[0], t[1], t[0], t[2]};
  };
  LearnedOptimizer optimizer(twice(parameters), file.path()), loaded(twice(copies), file.path());
  Train(optimizer, parameters, 0, 2);
  std::stringstream saved;
  torch::save(optimizer, saved);
  torch::load(loaded, saved);
  for (size_t i = 0; i < copies.size(); ++i) copies[i].set_data(parameters[i].detach().clone());
  Train(optimizer, parameters, 2, 4);
  Train(loaded, copies, 2, 4);
  EXPECT_EQ(Values(copies), Values(parameters));
}

TEST(LearnedOptimizerState, OfAnotherModuleOrCheckpointIsRefusedAndNothingChanges) {
  const CheckpointFile file(kAdafac), other("{adafac_mlp: {hidden: 5}}");
  auto parameters = Parameters();
  LearnedOptimizer optimizer(parameters, file.path());
  Train(optimizer, parameters, 0, 2);
  std::stringstream saved;
  torch::save(optimizer, saved);
  const auto load_into = [&](std::vector<torch::Tensor> into, const std::string& path) {
    std::stringstream copy(saved.str());
    LearnedOptimizer loaded(std::move(into), path);
    return ErrorOf([&] { torch::load(loaded, copy); });
  };
  EXPECT_EQ(load_into(Parameters(), file.path()), "no error");
  EXPECT_THAT(load_into(Parameters(), other.path()), HasSubstr("its checkpoint's digest is"));
  auto shapes = Parameters();
  shapes[0] = torch::zeros({4, 3}).requires_grad_();
  EXPECT_THAT(load_into(shapes, file.path()),
              HasSubstr("shapes is [3, 4] [3] [2, 3] , here it is [4, 3] [3] [2, 3]"));
  EXPECT_THAT(load_into({shapes[1]}, file.path()), HasSubstr("here it is [3]"));

  std::stringstream adam_state;
  auto adam_parameters = Parameters();
  torch::optim::Adam adam(adam_parameters);
  torch::save(adam, adam_state);
  EXPECT_THAT(ErrorOf([&] { torch::load(optimizer, adam_state); }),
              HasSubstr("it has no \"format\""));
  // What was there is still there.
  auto twins = Parameters();
  LearnedOptimizer twin(twins, file.path());
  Train(twin, twins, 0, 3);
  Train(optimizer, parameters, 2, 3);
  EXPECT_EQ(Values(parameters), Values(twins));
}

TEST(LearnedOptimizer, WrongUseIsRefusedWithWhatIsExpected) {
  const CheckpointFile file(kAdafac);
  const auto make = [&](std::vector<torch::Tensor> parameters, LearnedOptimizerOptions options = {},
                        std::string path = "") {
    return ErrorOf([&] {
      LearnedOptimizer(std::move(parameters), path.empty() ? file.path() : path, options);
    });
  };
  const auto good = Parameters();
  EXPECT_EQ(make(good), "no error");
  EXPECT_THAT(make(good, {}, "/nowhere/x.safetensors"), HasSubstr("/nowhere/x.safetensors"));
  EXPECT_THAT(make(good, LearnedOptimizerOptions().lr(-1)), HasSubstr("at least 0"));
  EXPECT_THAT(
      make(good, LearnedOptimizerOptions().weight_decay(std::numeric_limits<double>::quiet_NaN())),
      HasSubstr("finite"));
  const CheckpointFile curvature("{adafac_mlp: {features: [gradient, hessian_diagonal]}}");
  EXPECT_THAT(make(good, {}, curvature.path()), HasSubstr("features from curvature"));
  const CheckpointFile schedule("{learned_schedule: {}}");
  EXPECT_THAT(make(good, {}, schedule.path()), HasSubstr("set the option num_steps"));

  using Group = torch::optim::OptimizerParamGroup;
  std::vector<Group> groups = {Group(good, std::make_unique<torch::optim::SGDOptions>(0.1))};
  EXPECT_THAT(ErrorOf([&] { LearnedOptimizer(groups, file.path()); }),
              HasSubstr("must be LearnedOptimizerOptions"));
}

TEST(LearnedOptimizer, AFamilyThatReadsTheLossSaysSo) {
  const CheckpointFile file("{rnn_mlp_lopt: {}}");
  auto parameters = Parameters();
  LearnedOptimizer optimizer(parameters, file.path());
  SetGradients(parameters, 0);
  EXPECT_THAT(ErrorOf([&] { optimizer.step(); }),
              HasSubstr("rnn_mlp_lopt reads the loss: call step with a closure"));
}

TEST(LearnedOptimizer, OneLossThatIsNotFiniteDoesNotSpoilTheRest) {
  for (const char* yaml :
       {"{rnn_mlp_lopt: {}}", "{learned_schedule: {}}", "{hyper_v2: {lstm_hidden: 4}}"}) {
    const CheckpointFile file(yaml);
    const auto options = LearnedOptimizerOptions().num_steps(20);
    auto parameters = Parameters(), twins = Parameters();
    LearnedOptimizer optimizer(parameters, file.path(), options), twin(twins, file.path(), options);
    Train(optimizer, parameters, 0, 2);
    Train(twin, twins, 0, 2);
    SetGradients(parameters, 2);
    for (const double loss :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
      optimizer.set_loss(loss);
      EXPECT_THAT(ErrorOf([&] { optimizer.step(); }), HasSubstr("leave this step out")) << yaml;
      EXPECT_THAT(ErrorOf([&] { optimizer.step(); }), HasSubstr("reads the loss")) << yaml;
    }
    Train(optimizer, parameters, 2, 4);
    Train(twin, twins, 2, 4);
    EXPECT_EQ(Values(parameters), Values(twins)) << yaml;
  }
}

}  // namespace
}  // namespace paceline
