#include "common/suite/plan.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "common/suite/keys.h"
#include "common/suite/suite.h"
#include "common/task/augment.h"

namespace paceline {
namespace {

v1::Suite SuiteOf(const std::string& yaml) {
  const ParsedSuite parsed = ParseSuite(yaml, "suite");
  for (const Fault& fault : parsed.faults) ADD_FAILURE() << fault.ToString();
  return parsed.suite;
}

constexpr char kSmall[] = R"(
name: small
seeds: 7
horizons: [20, 50]
baselines: [adam, muon]
tuning: {transferred: true, rates: 3, trials: 4, seeds: 2}
tasks:
  - task: {quadratic: {dimension: 3}}
  - task: {image_mlp: {hidden: [4]}}
)";

std::vector<v1::Contestant> OneLearned() {
  v1::LearnedOptimizer optimizer;
  optimizer.mutable_learnable_sgd()->set_learning_rate(0.1);
  return {LearnedContestant("Mine, 2nd", optimizer, {0.5f})};
}

// Made up, a function of the unit.
v1::UnitOutcome OutcomeOf(const v1::EvaluationUnit& unit) {
  const auto number = static_cast<float>(std::stoul(ContentDigest(unit).substr(0, 4), nullptr, 16));
  v1::UnitOutcome outcome;
  for (uint32_t run = 0; run < unit.runs(); ++run) {
    v1::RunOutcome& own = *outcome.add_runs();
    own.set_training_loss(number + static_cast<float>(run));
    own.set_initial_loss(static_cast<float>(unit.first_run() + run));
  }
  outcome.set_state_bytes(8);
  return outcome;
}

// Units come back in an order of the seed's, several at a time.
v1::Evaluation Carried(EvaluationPlan plan, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<PlannedUnit> out;
  while (!plan.done()) {
    while (auto next = plan.Next()) {
      out.push_back(*std::move(next));
      if (random() % 3 == 0) break;
    }
    if (out.empty()) {
      ADD_FAILURE() << "nothing to do, and not done";
      break;
    }
    std::swap(out[random() % out.size()], out.back());
    plan.Put(out.back().id, OutcomeOf(out.back().unit));
    out.pop_back();
  }
  return plan.Result();
}

TEST(EvaluationPlan, ItsResultDoesNotDependOnTheOrderOfUnits) {
  const v1::Suite suite = SuiteOf(kSmall);
  const v1::Evaluation first = Carried(EvaluationPlan(suite, OneLearned()), 1);
  for (uint32_t seed = 2; seed < 6; ++seed) {
    const v1::Evaluation other = Carried(EvaluationPlan(suite, OneLearned()), seed);
    EXPECT_EQ(ContentDigest(first), ContentDigest(other));
  }
}

TEST(EvaluationPlan, EveryContestantRunsEveryCaseThatItSuits) {
  const v1::Evaluation result = Carried(EvaluationPlan(SuiteOf(kSmall), OneLearned()), 1);
  ASSERT_EQ(result.cases_size(), 4);
  ASSERT_EQ(result.contestants_size(), 1 + 2 * 3);
  EXPECT_EQ(result.contestants(0).key(), "mine-2nd");
  EXPECT_EQ(result.contestants(1).title(), "Adam, zero-shot");
  EXPECT_EQ(result.contestants(6).key(), "muon-4-trials");
  // A quadratic has no matrix for Muon.
  EXPECT_EQ(result.entries_size(), 2 * (1 + 3) + 2 * (1 + 6));
  for (const v1::EvaluationEntry& entry : result.entries()) {
    ASSERT_EQ(entry.runs_size(), 7);
    for (int run = 0; run < 7; ++run) EXPECT_EQ(entry.runs(run).initial_loss(), run);
    EXPECT_EQ(entry.state_bytes(), 8u);
    const bool learned = entry.contestant() == 0;
    EXPECT_EQ(entry.setting().rule().empty(), learned);
  }
}

TEST(EvaluationPlan, ArithmeticIsCountedOfHandDesignedOptimizersToo) {
  const v1::Evaluation result = Carried(EvaluationPlan(SuiteOf(kSmall), OneLearned()), 1);
  for (const v1::EvaluationEntry& entry : result.entries()) {
    const auto parameters =
        static_cast<double>(result.cases(static_cast<int>(entry.case_index())).parameters());
    const std::string rule = result.contestants(static_cast<int>(entry.contestant())).rule();
    if (rule == "muon") {
      EXPECT_GT(entry.optimizer_flops(), 50 * parameters);
    } else {
      EXPECT_EQ(entry.optimizer_flops(), (rule == "adam" ? 15 : 2) * parameters) << rule;
    }
  }
}

TEST(EvaluationPlan, WorkIsThatOfTasksAndOptimizers) {
  const auto work = [](const std::string& baseline) {
    const EvaluationPlan plan(SuiteOf("name: s\nhorizons: [20]\nseeds: 7\nbaselines: [" + baseline +
                                      "]\ntasks: [{task: {image_mlp: {hidden: [4]}}}]"),
                              {});
    const v1::EvaluationCase& own = plan.cases()[0];
    return plan.progress().work_known / (20 * 7) - own.task_flops();
  };
  EXPECT_GT(work("sgd"), 0);
  EXPECT_NEAR(work("adam"), 7.5 * work("sgd"), 1e-3);
  EXPECT_GT(work("soap"), 5 * work("adam"));
}

TEST(EvaluationPlan, ABudgetIsWhatWasTried) {
  const v1::Evaluation result = Carried(EvaluationPlan(SuiteOf(kSmall), {}), 1);
  for (const v1::EvaluationEntry& entry : result.entries()) {
    const v1::Contestant& contestant = result.contestants(static_cast<int>(entry.contestant()));
    const uint64_t steps = result.cases(static_cast<int>(entry.case_index())).steps();
    // Two trainings each, and eight of each of the best six.
    const uint64_t last = std::min<uint64_t>(6, entry.trials());
    EXPECT_EQ(entry.tuning_inner_steps(), (entry.trials() * 2 + last * 8) * steps)
        << contestant.title();
    if (contestant.budget() == "zero-shot") {
      EXPECT_EQ(entry.trials(), 0u);
    }
    if (contestant.budget() == "3 rates") {
      EXPECT_GE(entry.trials(), 3u);
    }
    if (contestant.budget() == "4 trials") {
      EXPECT_GE(entry.trials(), 4u);
    }
  }
}

TEST(EvaluationPlan, ResultsHaveOtherRandomNumbersThanSearches) {
  EvaluationPlan plan(SuiteOf(kSmall), OneLearned());
  std::set<uint64_t> searches, results;
  while (auto next = plan.Next()) {
    (next->unit.held_out_points() > 0 ? results : searches).insert(next->unit.key());
  }
  EXPECT_EQ(searches.size(), 1u);
  EXPECT_EQ(results.size(), 1u);
  EXPECT_NE(*searches.begin(), *results.begin());
}

TEST(EvaluationPlan, AnUnknownOrRepeatedAnswerChangesNothing) {
  EvaluationPlan plan(SuiteOf(kSmall), {});
  const auto next = plan.Next();
  ASSERT_TRUE(next);
  plan.Put(999'999, {});
  EXPECT_EQ(plan.progress().units_done, 0u);
  plan.Put(next->id, OutcomeOf(next->unit));
  plan.Put(next->id, OutcomeOf(next->unit));
  EXPECT_EQ(plan.progress().units_done, 1u);
}

TEST(Cases, AStudyIsItsTaskAtEveryValueAndHorizon) {
  const v1::Suite suite = SuiteOf(R"(
name: s
horizons: [10, 30]
studies:
  - {name: width, task: {image_mlp: {hidden: [8]}}, vary: image_mlp.hidden, values: ["[4]", "[8]", "[16]"],
     places: [4, 8, 16], trained: [8, 8]}
  - {name: length, task: {image_mlp: {hidden: [8]}}, vary: horizon, values: ["5", "500"], trained: [1, 100]}
)");
  const auto cases = CasesOf(suite);
  ASSERT_EQ(cases.size(), 8u);
  EXPECT_EQ(cases[0].study(), "width");
  EXPECT_EQ(cases[0].task().image_mlp().hidden(0), 4u);
  EXPECT_EQ(cases[1].steps(), 30u);
  EXPECT_TRUE(cases[0].outside());
  EXPECT_FALSE(cases[2].outside());
  EXPECT_EQ(cases[4].place(), 16);
  EXPECT_EQ(cases[6].steps(), 5u);
  EXPECT_EQ(cases[7].place(), 500);
  EXPECT_TRUE(cases[7].outside());
  std::set<std::string> keys;
  for (const v1::EvaluationCase& one : cases) keys.insert(one.key());
  EXPECT_EQ(keys.size(), 8u);
}

TEST(Cases, DrawsOfASampleFollowFromTheSeedAlone) {
  const std::string yaml =
      "name: s\ntasks:\n  - {task: {sample: {image_mlp: {}}}, draws: 5}\nseed: ";
  const auto one = CasesOf(SuiteOf(yaml + "1")), again = CasesOf(SuiteOf(yaml + "1"));
  const auto other = CasesOf(SuiteOf(yaml + "2"));
  ASSERT_EQ(one.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(one[i].task().has_image_mlp());
    EXPECT_EQ(one[i].key(), again[i].key());
  }
  EXPECT_NE(one[0].key(), other[0].key());
}

TEST(Cases, ATasksOwnAugmentationsAreDrawnAndPartOfItsKey) {
  const auto cases = CasesOf(SuiteOf(R"(
name: s
horizons: [10]
tasks:
  - {task: {image_mlp: {hidden: [8]}}}
  - {task: {image_mlp: {hidden: [8]}, augment: {loss_scale: {}}}, draws: 3}
studies:
  - {name: width, task: {image_mlp: {hidden: [8]}, augment: {loss_scale: {}}}, vary: image_mlp.hidden,
     values: ["[4]", "[16]"]}
)"));
  ASSERT_EQ(cases.size(), 6u);
  std::set<std::string> keys;
  for (const v1::EvaluationCase& one : cases) keys.insert(one.key());
  EXPECT_EQ(keys.size(), 6u);
  EXPECT_FALSE(cases[0].task().has_augment());
  for (size_t i = 1; i < 6; ++i) {
    EXPECT_TRUE(IsDrawn(cases[i].task().augment()));
    EXPECT_EQ(cases[i].family(), "augmented image_mlp");
  }
  const auto factor = [&](size_t i) { return cases[i].task().augment().loss_scale().factor(0); };
  EXPECT_NE(factor(1), factor(2));
  EXPECT_EQ(factor(4), factor(5)) << "all values of a study have the same";
  EXPECT_EQ(cases[5].task().image_mlp().hidden(0), 16u);
}

}  // namespace
}  // namespace paceline
