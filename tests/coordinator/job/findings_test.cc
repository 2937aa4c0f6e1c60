#include "coordinator/job/findings.h"

#include <functional>
#include <string>

#include "coordinator/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

constexpr uint32_t kParticles = 8;

// What an outer step (from 1) was like.
using Steps = std::function<StepFacts(int64_t)>;

v1::OuterStepRecord Record(int64_t step, const StepFacts& facts) {
  v1::OuterStepRecord record;
  record.set_step(step);
  if (facts.loss) record.set_mean_loss(*facts.loss);
  record.set_loss_spread(facts.loss_spread);
  record.set_gradient_norm(facts.gradient_norm);
  record.set_diverged(facts.diverged);
  return record;
}

StepFacts Falling(int64_t step) {
  return {.loss = 2.0 / static_cast<double>(step), .gradient_norm = 1};
}
StepFacts Diverging(int64_t) { return {.loss = 3, .gradient_norm = 0, .diverged = kParticles}; }
StepFacts Flat(int64_t) { return {.loss = 3, .gradient_norm = 0}; }
StepFacts Unseen(int64_t) { return {}; }

StepFacts Still(double loss, double spread) {
  return {.loss = loss, .loss_spread = spread, .gradient_norm = 1};
}

struct Case {
  std::string name;
  Steps steps;
  int64_t count = 0;
  bool done = true;
  std::optional<FindingKind> found;
  std::string words = "";
};

const Case kCases[] = {
    {"GoesWell", Falling, 400, true, {}},
    {"NotBegun", Falling, 0, false, {}},
    {"NineStepsOfDivergenceAreAnAccident", Diverging, 9, true, {}},
    {"TenAreNot", Diverging, 10, false, FindingKind::kAllDiverge,
     "each of the last 10 outer steps"},
    {"DivergesForGood", Diverging, 500, true, FindingKind::kAllDiverge,
     "last 100 outer steps or more"},
    {"DivergedOnceAndRecovered",
     [](int64_t step) { return step <= 50 ? Diverging(step) : Falling(step); },
     60,
     true,
     {}},
    {"OneParticleDoesNot",
     [](int64_t) { return StepFacts{.loss = 3, .gradient_norm = 1, .diverged = kParticles - 1}; },
     15,
     true,
     {}},
    {"NoGradient", Flat, 10, false, FindingKind::kNoGradient, "gradient was exactly 0"},
    {"NoGradientWhereTheObjectiveIsSeenEveryFourthStep",
     [](int64_t step) { return step % 4 == 0 ? Flat(step) : Unseen(step); }, 40, false,
     FindingKind::kNoGradient},
    {"NoGradientBecauseNothingWasSeenYet", Unseen, 50, false, {}},
    {"NothingWasSeenAtAll", Unseen, 50, true, FindingKind::kNoLoss, "no episode ended"},
    {"Rises",
     [](int64_t step) {
       return StepFacts{.loss = 1.0 + 0.01 * static_cast<double>(step), .gradient_norm = 1};
     },
     40, true, FindingKind::kNotFalling,
     "did not fall: 1.055 over the first 10 outer steps, 1.355 over the last 10"},
    {"RisesButIsNotDone",
     [](int64_t step) {
       return StepFacts{.loss = 1.0 * static_cast<double>(step), .gradient_norm = 1};
     },
     40,
     false,
     {}},
    {"RisesInTooFewSteps",
     [](int64_t step) {
       return StepFacts{.loss = 1.0 * static_cast<double>(step), .gradient_norm = 1};
     },
     19,
     true,
     {}},
    {"StaysTheSame",
     [](int64_t step) {
       return StepFacts{.loss = step % 2 ? 2 : 2.1, .loss_spread = 0.1, .gradient_norm = 1};
     },
     1000, true, FindingKind::kNotFalling, "last 100"},
    {"DeadPlateau", [](int64_t step) { return Still(step < 9 ? 2.6 : 2.303, 0.002); }, 150, false,
     FindingKind::kPlateau, "stands at 2.303"},
    {"DeadPlateauSeenEveryFourthStep",
     [](int64_t step) { return step % 4 == 0 ? Still(2.303, 0.002) : Unseen(step); }, 150, false,
     FindingKind::kPlateau},
    {"APlateauOfLessThanAHundredSteps", [](int64_t) { return Still(2.303, 0.002); }, 99, false, {}},
    {"ParticlesThatDifferAreNoPlateau", [](int64_t) { return Still(2.303, 0.05); }, 150, false, {}},
    {"FarBelowTheBeginningItHasConverged",
     [](int64_t step) { return Still(step < 9 ? 2.6 : 0.5, 0.001); },
     150,
     false,
     {}},
    {"Collapses",
     [](int64_t step) {
       return Still(step < 120 ? 2.6 : step < 420 ? 0.9 : 2.4, 0.1);
     },
     900, false, FindingKind::kCollapsed, "fallen to 0.9 by outer step 300, and is back at 2.4"},
    {"RisesALittle",
     [](int64_t step) {
       return Still(step < 120 ? 2.6 : step < 420 ? 0.9 : 1.2, 0.1);
     },
     900,
     false,
     {}},
};

class FindingsTest : public ::testing::TestWithParam<Case> {};

TEST_P(FindingsTest, FollowsFromWhatTheStepsWereLike) {
  const Case& c = GetParam();
  StepHistory history;
  for (int64_t step = 1; step <= c.count; ++step) history.Add(Record(step, c.steps(step)));
  const std::optional<Finding> finding = FindingOf(history, kParticles, c.done);
  ASSERT_EQ(finding.has_value(), c.found.has_value()) << (finding ? finding->text : "nothing");
  if (!finding) return;
  EXPECT_EQ(finding->kind, *c.found) << finding->text;
  EXPECT_THAT(finding->text, testing::HasSubstr(c.words));
}

INSTANTIATE_TEST_SUITE_P(All, FindingsTest, ::testing::ValuesIn(kCases),
                         [](const auto& param) { return param.param.name; });

TEST(StepHistoryTest, ReadBackFromTheStoreItIsTheSame) {
  const int64_t planned = 64 * 230;  // a place every 230 steps
  for (const int64_t steps : {0, 1, 99, 100, 101, 150, 229, 230, 250, 300, 460, 461, 999}) {
    SCOPED_TRACE(steps);
    MemoryStore store;
    JobRow job;
    job.name = "a";
    ASSERT_TRUE(store.AddJob(job).ok());
    StepHistory kept(planned);
    for (int64_t step = 1; step <= steps; ++step) {
      StepRow row;
      row.step = step;
      row.record = Record(step, step % 3 == 0 ? Unseen(step) : Falling(step));
      ASSERT_TRUE(store.CommitStep("a", row).ok());
      kept.Add(row.record);
    }
    const auto read = StepHistory::Read(store, "a", steps, planned);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->steps(), steps);
    ASSERT_EQ(read->first().size(), kept.first().size());
    ASSERT_EQ(read->newest().size(), kept.newest().size());
    EXPECT_EQ(read->lowest().has_value(), kept.lowest().has_value());
    const LossAt none, low = kept.lowest().value_or(none), again = read->lowest().value_or(none);
    EXPECT_EQ(again.step, low.step);
    EXPECT_EQ(again.mean, low.mean);
    for (size_t i = 0; i < kept.newest().size(); ++i) {
      EXPECT_EQ(read->first()[i].loss, kept.first()[i].loss);
      EXPECT_EQ(read->newest()[i].loss, kept.newest()[i].loss);
    }
    const auto a = MeanLossOf(read->newest()), b = MeanLossOf(kept.newest());
    EXPECT_EQ(a.count, b.count);
    EXPECT_EQ(a.mean, b.mean);
  }
}

}  // namespace
}  // namespace paceline
