// common/baseline/flops.h against the operations that each rule's own text carries out, counted one
// by one.
#include "common/baseline/flops.h"

#include <gtest/gtest.h>

#include <map>

#include "common/lopt/families.h"
#include "common/lopt/family.h"
#include "tests/testing/baseline_setting.h"
#include "tests/worker/baselines/counting_lane.h"
#include "tests/worker/baselines/trajectory.h"
#include "worker/baselines/rules/made.h"
#include "worker/baselines/rules/makers.h"
#include "worker/optim/sign_momentum/kernel.h"

namespace paceline {
namespace {

using testing::Setting;

// An update's mean over two periods, when what happens at first has happened.
template <class Number, auto kMake>
double CountedFlops(const RuleRequest& request) {
  constexpr int64_t kSteps = 1000;
  const auto period = static_cast<int64_t>(std::max(1.0, request("every")) * request("accumulate"));
  const int64_t first = (6 / period + 1) * period, count = 2 * period;
  const MadeBaseline made(request, kMake(request));
  std::mt19937 random(5);
  const auto numbers = [&] {
    const std::vector<float> drawn = RandomFloats(random, request.count());
    return std::vector<Number>(drawn.begin(), drawn.end());
  };
  std::vector<Number> p = numbers(), state(made.state_size()), scratch(made.scratch_size());
  made.InitState(std::span(state));
  for (int64_t i = 0; i < first + count; ++i) {
    const std::vector<Number> gradient = numbers();
    if (i == first) lane::Counted::flops = 0;
    UpdateAround<lane::Counting<Number>>(
        made.around(), made.plan(),
        made.template StepOf<Number>(i, kSteps, gradient.data(), p, state, scratch));
  }
  return static_cast<double>(lane::Counted::flops) / static_cast<double>(count);
}

template <auto kMake>
double Counted(const RuleRequest& request) {
  return CountedFlops<lane::Counted, kMake>(request);
}
// Of rules whose text is of float32 alone: not what they do without lanes.
template <auto kMake>
double CountedOfFloats(const RuleRequest& request) {
  return CountedFlops<float, kMake>(request);
}

const std::map<std::string, double (*)(const RuleRequest&)>& Counters() {
  static const auto& counters = *new std::map<std::string, double (*)(const RuleRequest&)>{
      {"sgd", Counted<MakeSgd>},
      {"momentum", Counted<MakeMomentum>},
      {"rmsprop", Counted<MakeRmsprop>},
      {"adagrad", Counted<MakeAdagrad>},
      {"adam", Counted<MakeAdam>},
      {"adamw", Counted<MakeAdam>},
      {"nadamw", Counted<MakeNadamw>},
      {"radam", Counted<MakeRadam>},
      {"adabelief", Counted<MakeAdabelief>},
      {"yogi", Counted<MakeYogi>},
      {"lamb", Counted<MakeLamb>},
      {"lars", Counted<MakeLars>},
      {"fromage", Counted<MakeFromage>},
      {"adafactor", Counted<MakeAdafactor>},
      {"sm3", Counted<MakeSm3>},
      {"lion", Counted<MakeLion>},
      {"shampoo", CountedOfFloats<MakeShampoo>},
      {"soap", CountedOfFloats<MakeSoap>},
      {"muon", CountedOfFloats<MakeMuon>},
      {"schedule_free_adamw", Counted<MakeScheduleFree>},
  };
  return counters;
}

using Shapes = std::vector<std::vector<int64_t>>;

// A vector; a square, a wide and a tall matrix; a convolution's kernel; a network's.
const Shapes kElements[] = {{{300}},    {{32, 32}},      {{20, 40}},
                            {{40, 33}}, {{3, 3, 2, 32}}, {{36, 32}, {32}, {32, 10}, {10}}};
// Smaller ones, for who decomposes them.
const Shapes kMatrices[] = {{{300}},    {{20, 20}},      {{12, 28}},
                            {{28, 18}}, {{3, 3, 2, 16}}, {{24, 16}, {16}, {16, 10}, {10}}};

// Every rule at its defaults, and settings that add work or leave it out.
std::vector<v1::BaselineSetting> AllSettings() {
  std::vector<v1::BaselineSetting> settings;
  for (const BaselineRule& rule : BaselineRules()) {
    settings.push_back(Setting(std::string(rule.key)));
  }
  const auto add = [&](const std::string& rule,
                       const std::vector<std::pair<std::string, double>>& values) {
    settings.push_back(Setting(rule, values));
  };
  add("momentum", {{"nesterov", 0}});
  add("momentum", {{"momentum", 0}});
  add("rmsprop", {{"nesterov", 1}, {"epsilon", 0}});
  add("adam", {{"epsilon_root", 1e-8}});
  add("adamw", {{"weight_decay", 0}});
  add("nadamw", {{"nesterov", 0}});
  add("adabelief", {{"epsilon_root", 0}});
  add("lars", {{"nesterov", 1}, {"weight_decay", 0.01}});
  add("adafactor", {{"least_factored", 2}, {"weight_decay", 0.01}});
  add("adafactor", {{"momentum", 0}, {"threshold", 0}, {"parameter_scale", 0}});
  add("sm3", {{"beta2", 0.9}});
  add("lion", {{"weight_decay", 0}});
  add("shampoo", {{"every", 3}, {"sgd_norm", 1}});
  add("shampoo", {{"largest_side", 24}});
  add("soap", {{"every", 2}, {"weight_decay", 0}});
  add("soap", {{"largest_side", 15}});
  add("muon", {{"weight_decay", 0.1}});
  add("schedule_free_adamw", {{"weight_decay", 0}});
  add("sgd", {{"clip_norm", 0.1}});
  add("sgd", {{"clip", 0.1}});
  add("sgd", {{"l2", 0.01}});
  add("adam", {{"graft", 1}});
  add("adam", {{"accumulate", 4}});
  add("soap", {{"accumulate", 3}, {"every", 4}, {"clip_norm", 0.1}, {"l2", 0.1}, {"graft", 1}});
  return settings;
}

TEST(BaselineFlopsTest, AreThoseThatEachRuleCarriesOut) {
  for (const v1::BaselineSetting& setting : AllSettings()) {
    ASSERT_TRUE(CheckBaseline(setting).ok()) << setting.ShortDebugString();
    ASSERT_TRUE(Counters().contains(setting.rule())) << "add " << setting.rule() << " above";
    const BaselineRule& rule = *FindBaseline(setting.rule());
    // Those of matrices estimate how often QL iterates.
    const double tolerance = rule.suits == nullptr ? 0.05 : 0.1;
    for (const Shapes& shapes : rule.suits == nullptr ? kElements : kMatrices) {
      const std::vector<ParameterTensor> tensors = TensorsOf(shapes);
      const double counted = Counters().at(setting.rule())({setting, rule, tensors});
      EXPECT_NEAR(BaselineFlops(setting, tensors) / counted, 1, tolerance)
          << setting.ShortDebugString() << ::testing::PrintToString(shapes) << " " << counted;
    }
  }
}

// One update of a family's text.
template <class Family>
double CountedFamily(const v1::LearnedOptimizer& config,
                     const std::vector<ParameterTensor>& tensors) {
  const auto plan = Family::PlanFor(config, tensors);
  const size_t count = tensors.back().offset + tensors.back().size;
  std::mt19937 random(6);
  std::vector<float> p = RandomFloats(random, count), state = RandomFloats(random, 2 * count);
  for (float& x : state) x = std::abs(x);
  const std::vector<float> gradient = RandomFloats(random, count),
                           prepared = {.01f, .9f, .1f, .99f, .01f, .1f};
  lane::Counted::flops = 0;
  Family::Plan::Kernel::template Update<lane::Counting<float>>(
      plan.plan, prepared.data(), {.iteration = 20, .num_steps = 100, .gradient = gradient.data()},
      p.data(), state.data(), nullptr, lane::Solo());
  return static_cast<double>(lane::Counted::flops);
}

TEST(BaselineFlopsTest, CountAsThoseOfLearnedFamiliesDo) {
  const std::vector<ParameterTensor> tensors = TensorsOf({{40, 40}, {40}});
  v1::LearnedOptimizer sgd, momentum, adam, sign;
  sgd.mutable_learnable_sgd();
  momentum.mutable_learnable_sgdm();
  adam.mutable_learnable_adam();
  sign.mutable_sign_momentum()->set_weight_decay(0.1);
  EXPECT_EQ(CountedFamily<LearnableSgdFamily>(sgd, tensors), FamilyOf(sgd).flops(sgd, tensors));
  EXPECT_EQ(CountedFamily<LearnableSgdmFamily>(momentum, tensors),
            FamilyOf(momentum).flops(momentum, tensors));
  EXPECT_EQ(CountedFamily<LearnableAdamFamily>(adam, tensors), FamilyOf(adam).flops(adam, tensors));
  EXPECT_EQ(CountedFamily<SignMomentumFamily>(sign, tensors), FamilyOf(sign).flops(sign, tensors));
}

}  // namespace
}  // namespace paceline
