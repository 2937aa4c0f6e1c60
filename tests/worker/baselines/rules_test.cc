// What all rules have in common, through MakeBaseline.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/base/aligned_floats.h"
#include "tests/testing/baseline_setting.h"
#include "tests/testing/targets.h"
#include "tests/worker/baselines/trajectory.h"
#include "worker/baselines/make.h"

namespace paceline {
namespace {

using testing::Setting;

// Ranks 0 to 4, sizes 0 and 1, sides that fill no whole lane group.
std::vector<ParameterTensor> OddTensors() {
  std::vector<ParameterTensor> tensors =
      TensorsOf({{5, 19}, {}, {1}, {0}, {0, 3}, {33, 4}, {37}, {3, 3, 2, 7}, {6, 3}, {1, 8}});
  tensors[8].kind = TensorKind::kEmbedding;
  return tensors;
}

size_t CountOf(const std::vector<ParameterTensor>& tensors) {
  return tensors.back().offset + tensors.back().size;
}

// What a rule does with these gradients, everything lying `shift` floats off a multiple of 64
// bytes; what lies around it must stay. Parameters and state at the end.
std::vector<float> EndOf(const Optimizer& optimizer,
                         const std::vector<std::vector<float>>& gradients,
                         const std::vector<float>& initial, size_t shift) {
  constexpr float kGuard = 12345;
  const auto make = [&](size_t size) {
    AlignedFloats buffer(size + shift + 1);
    std::fill_n(buffer.data(), buffer.size(), kGuard);
    return buffer;
  };
  AlignedFloats p = make(initial.size()), state = make(optimizer.state_size()),
                scratch = make(optimizer.scratch_size()), g = make(initial.size());
  std::copy(initial.begin(), initial.end(), p.data() + shift);
  const std::span<float> own = {state.data() + shift, optimizer.state_size()};
  const auto prepared = optimizer.Prepare({});
  optimizer.InitState(*prepared, own);
  for (size_t i = 0; i < gradients.size(); ++i) {
    std::copy(gradients[i].begin(), gradients[i].end(), g.data() + shift);
    const InnerStep step = {.iteration = static_cast<int64_t>(i),
                            .num_steps = static_cast<int64_t>(gradients.size()),
                            .gradient = g.data() + shift};
    optimizer.Update(*prepared, step, {p.data() + shift, initial.size()}, own,
                     {scratch.data() + shift, optimizer.scratch_size()});
  }
  for (const AlignedFloats* buffer : {&p, &state, &scratch, &g}) {
    EXPECT_EQ(buffer->data()[buffer->size() - 1], kGuard);
    EXPECT_TRUE(shift == 0 || buffer->data()[shift - 1] == kGuard);
  }
  std::vector<float> end(p.data() + shift, p.data() + shift + initial.size());
  end.insert(end.end(), own.begin(), own.end());
  return end;
}

// Settings that reach what defaults do not.
std::vector<v1::BaselineSetting> AllSettings() {
  std::vector<v1::BaselineSetting> settings;
  for (const BaselineRule& rule : BaselineRules())
    settings.push_back(Setting(std::string(rule.key)));
  settings.push_back(Setting("momentum", {{"nesterov", 0}}));
  settings.push_back(Setting("rmsprop", {{"momentum", 0}}));
  settings.push_back(Setting("rmsprop", {{"nesterov", 1}}));
  settings.push_back(Setting("lars", {{"nesterov", 1}, {"weight_decay", 0.01}}));
  settings.push_back(Setting("radam", {{"beta2", 0.9}}));
  settings.push_back(Setting("adafactor", {{"least_factored", 2}, {"momentum", 0}}));
  settings.push_back(Setting("adafactor", {{"least_factored", 3}, {"threshold", 0}}));
  settings.push_back(Setting("sm3", {{"beta2", 0.9}}));
  settings.push_back(Setting("shampoo", {{"every", 2}, {"sgd_norm", 1}}));
  settings.push_back(Setting("shampoo", {{"largest_side", 8}, {"start", 1}}));
  settings.push_back(Setting("soap", {{"every", 3}, {"largest_side", 8}}));
  settings.push_back(Setting("adam", {{"clip", 0.1}, {"clip_norm", 1}, {"l2", 0.01}}));
  settings.push_back(Setting("adam", {{"accumulate", 3}, {"graft", 1}}));
  return settings;
}

class EveryRule : public ::testing::TestWithParam<v1::BaselineSetting> {};

TEST_P(EveryRule, HasTheSameBitsOnEveryInstructionSetAndAnywhereInMemory) {
  const std::vector<ParameterTensor> tensors = OddTensors();
  std::mt19937 random(11);
  const std::vector<float> initial = RandomFloats(random, CountOf(tensors));
  std::vector<std::vector<float>> gradients;
  for (int i = 0; i < 25; ++i) gradients.push_back(RandomFloats(random, initial.size()));
  const auto scalar = MakeBaseline(GetParam(), tensors, lane::Target::kScalar).value();
  const std::vector<float> expected = EndOf(*scalar, gradients, initial, 0);
  for (const float x : expected) ASSERT_TRUE(std::isfinite(x));
  EXPECT_FALSE(std::equal(initial.begin(), initial.end(), expected.begin()));
  for (const lane::Target target : testing::RunnableTargets()) {
    const auto optimizer = MakeBaseline(GetParam(), tensors, target).value();
    for (const size_t shift : {0, 1, 7}) {
      EXPECT_EQ(EndOf(*optimizer, gradients, initial, shift), expected)
          << lane::TargetName(target) << " shift " << shift;
    }
  }
}

TEST_P(EveryRule, GradientsOfZeroAreHarmless) {
  const std::vector<ParameterTensor> tensors = OddTensors();
  std::mt19937 random(12);
  const std::vector<float> initial = RandomFloats(random, CountOf(tensors));
  const std::vector<std::vector<float>> zeros(12, std::vector<float>(initial.size()));
  const auto optimizer = MakeBaseline(GetParam(), tensors).value();
  const std::vector<float> end = EndOf(*optimizer, zeros, initial, 0);
  for (size_t i = 0; i < end.size(); ++i) ASSERT_TRUE(std::isfinite(end[i])) << i;
  // No step but that of weight decay; Yogi's first moments are no zeros, and L2 makes gradients.
  const bool moves =
      GetParam().rule() == "yogi" || GetParam().ShortDebugString().find("l2") != std::string::npos;
  for (size_t i = 0; i < initial.size() && !moves; ++i) {
    EXPECT_LE(std::abs(end[i]), std::abs(initial[i]) * 1.000001f) << i;
  }
}

TEST_P(EveryRule, GradientsThatAreNotFiniteEnd) {
  const std::vector<ParameterTensor> tensors = OddTensors();
  std::mt19937 random(13);
  const std::vector<float> initial = RandomFloats(random, CountOf(tensors));
  for (const float odd : {NAN, INFINITY, 3e38f, 1e-30f}) {
    std::vector<std::vector<float>> gradients;
    for (int i = 0; i < 12; ++i) gradients.push_back(RandomFloats(random, initial.size()));
    for (size_t i = 0; i < initial.size(); i += 2) gradients[2][i] = odd;
    for (float& x : gradients[7]) x = odd;
    const auto end = EndOf(*MakeBaseline(GetParam(), tensors).value(), gradients, initial, 0);
    // The smallest numbers spoil nothing.
    if (odd != 1e-30f) continue;
    for (const float value : end) ASSERT_TRUE(std::isfinite(value));
  }
}

std::string NameOf(const ::testing::TestParamInfo<v1::BaselineSetting>& info) {
  std::string name = info.param.rule();
  for (const v1::Hyperparameter& value : info.param.values()) name += "_" + value.name();
  return name + "_" + std::to_string(info.index);
}

INSTANTIATE_TEST_SUITE_P(Settings, EveryRule, ::testing::ValuesIn(AllSettings()), NameOf);

// ½·Σ w·(p − 1)², w from 0.03 to 3.
float LossAndGradient(const std::vector<float>& p, std::vector<float>& gradient) {
  double loss = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    const float weight = 0.03f * std::pow(100.0f, static_cast<float>(i) / p.size());
    gradient[i] = weight * (p[i] - 1);
    loss += 0.5 * weight * (p[i] - 1) * (p[i] - 1);
  }
  return static_cast<float>(loss);
}

// The loss at the end of 200 updates.
float TrainedLoss(const Optimizer& optimizer, size_t count) {
  std::vector<float> p(count, 0.1f), gradient(count);
  std::vector<float> state(optimizer.state_size()), scratch(optimizer.scratch_size());
  const auto prepared = optimizer.Prepare({});
  optimizer.InitState(*prepared, state);
  for (int64_t i = 0; i < 200; ++i) {
    const float loss = LossAndGradient(p, gradient);
    if (!std::isfinite(loss)) return loss;
    optimizer.Update(*prepared,
                     {.iteration = i, .num_steps = 200, .loss = loss, .gradient = gradient.data()},
                     p, state, scratch);
  }
  return LossAndGradient(p, gradient);
}

v1::BaselineSetting DrawnSetting(const BaselineRule& rule, std::mt19937& random) {
  std::uniform_real_distribution<double> uniform;
  v1::BaselineSetting setting = Setting(std::string(rule.key));
  for (const Knob& knob : rule.knobs) {
    if (!knob.searched) continue;
    v1::Hyperparameter& value = *setting.add_values();
    value.set_name(std::string(knob.name));
    value.set_value(KnobAt(knob, uniform(random)));
  }
  return setting;
}

TEST(BaselineRulesTest, EveryRuleTrainsAtItsDefaultsAndAtMostOfItsDraws) {
  const std::vector<ParameterTensor> tensors = TensorsOf({{6, 5}, {5}, {5, 3}, {3}});
  std::vector<float> gradient(CountOf(tensors));
  const float initial = LossAndGradient(std::vector<float>(gradient.size(), 0.1f), gradient);
  std::mt19937 random(14);
  for (const BaselineRule& rule : BaselineRules()) {
    const auto usual = MakeBaseline(Setting(std::string(rule.key)), tensors).value();
    EXPECT_LT(TrainedLoss(*usual, gradient.size()), initial) << rule.key;
    int better = 0;
    for (int draw = 0; draw < 50; ++draw) {
      const v1::BaselineSetting setting = DrawnSetting(rule, random);
      const auto optimizer = MakeBaseline(setting, tensors);
      ASSERT_TRUE(optimizer.ok()) << optimizer.status();
      better += TrainedLoss(**optimizer, gradient.size()) < initial ? 1 : 0;
    }
    EXPECT_GE(better, 20) << rule.key;
  }
}

TEST(MakeBaselineTest, RefusesWhatItCannotMake) {
  const auto bad = MakeBaseline(Setting("adma"), TensorsOf({{3}}));
  EXPECT_EQ(bad.status().code(), absl::StatusCode::kInvalidArgument);
  const auto deep = MakeBaseline(Setting("adam"), TensorsOf({{1, 1, 1, 1, 1, 1, 1, 1, 1}}));
  EXPECT_THAT(std::string(deep.status().message()), ::testing::HasSubstr("at most 8 axes"));
  EXPECT_EQ(MakeDoubleBaseline(Setting("soap"), TensorsOf({{3, 3}})).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST(MakeBaselineTest, ThetaIsEmptyAndSizesAreExact) {
  const std::vector<ParameterTensor> tensors = TensorsOf({{20, 10}, {10}});
  const auto state = [&](const v1::BaselineSetting& setting) {
    const auto made = MakeBaseline(setting, tensors).value();
    EXPECT_EQ(made->prepared_size(), 0u);
    return made->state_size();
  };
  EXPECT_EQ(state(Setting("sgd")), 0u);
  EXPECT_EQ(state(Setting("momentum")), 210u);
  EXPECT_EQ(state(Setting("adam")), 420u);
  EXPECT_EQ(state(Setting("adam", {{"accumulate", 2}})), 630u);
  EXPECT_EQ(state(Setting("sm3")), 30u + 200 + 10 + 10);
  EXPECT_EQ(state(Setting("adafactor", {{"least_factored", 10}, {"momentum", 0}})), 30u + 10);
  EXPECT_EQ(state(Setting("muon")), 200u + 20);
  EXPECT_EQ(state(Setting("soap")), 420u + 2 * 20 * 32 + 2 * 10 * 16);
}

}  // namespace
}  // namespace paceline
