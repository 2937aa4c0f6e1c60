#include "coordinator/job/answer_sheet.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

constexpr uint64_t kHash = 77;
constexpr uint64_t kEpoch = 9;

class AnswerSheetTest : public ::testing::Test {
 protected:
  AnswerSheetTest() {
    sheet_.Begin(4, kHash, {5, 10});
    for (uint32_t block : {0, 1}) sheet_.Ask(block, kEpoch);
  }

  v1::WindowResult Answer(uint32_t block, double value = 1) {
    v1::WindowResult result;
    result.set_job("j");
    result.set_step(4);
    result.set_block(block);
    result.set_theta_hash(kHash);
    result.set_epoch(kEpoch);
    for (int i = 0; i < 2; ++i) {
      v1::ParticleResult& particle = *result.add_particles();
      particle.set_sum_plus(value + i);
      particle.set_sum_minus(-value);
      particle.set_trained_steps(block == 0 ? 5 : 10);
    }
    return result;
  }
  Verdict Take(const v1::WindowResult& result) { return sheet_.Take(result).verdict; }

  AnswerSheet sheet_{"j", 2, 2};
};

TEST_F(AnswerSheetTest, KnowsWhichBlocksAreAnsweredAndHasTheAnswersInOrder) {
  EXPECT_EQ(Take(Answer(1, 10)), Verdict::kAccepted);
  EXPECT_TRUE(sheet_.answered(1));
  EXPECT_FALSE(sheet_.answered(0));
  EXPECT_EQ(Take(Answer(0, 20)), Verdict::kAccepted);
  const std::vector<ParticleScalars> expected = {
      {20, -20, 5, false}, {21, -20, 5, false}, {10, -10, 10, false}, {11, -10, 10, false}};
  EXPECT_EQ(sheet_.Scalars(), expected);
}

TEST_F(AnswerSheetTest, AnEqualSecondAnswerChangesNothing) {
  EXPECT_EQ(Take(Answer(0)), Verdict::kAccepted);
  EXPECT_EQ(Take(Answer(0)), Verdict::kDuplicate);
  EXPECT_FALSE(sheet_.answered(1));
}

TEST_F(AnswerSheetTest, OfTwoAnswersThatDifferTheFirstStays) {
  EXPECT_EQ(Take(Answer(0, 1)), Verdict::kAccepted);
  EXPECT_EQ(Take(Answer(0, 2)), Verdict::kConflict);
  EXPECT_EQ(Take(Answer(1)), Verdict::kAccepted);
  EXPECT_EQ(sheet_.Scalars()[0].sum_plus, 1);
}

TEST_F(AnswerSheetTest, AnAnswerFromBeforeTheBlockWasHandedOnDoesNotCount) {
  sheet_.HandOn(0);
  sheet_.Ask(0, kEpoch + 1);
  EXPECT_EQ(Take(Answer(0)), Verdict::kStale);
  EXPECT_FALSE(sheet_.answered(0));
}

TEST_F(AnswerSheetTest, ItIsComparedAllTheSameOnceThereIsAnAnswer) {
  sheet_.HandOn(0);
  sheet_.Ask(0, kEpoch + 1);
  v1::WindowResult newer = Answer(0, 1);
  newer.set_epoch(kEpoch + 1);
  EXPECT_EQ(Take(newer), Verdict::kAccepted);
  EXPECT_EQ(Take(Answer(0, 1)), Verdict::kDuplicate);
  EXPECT_EQ(Take(Answer(0, 2)), Verdict::kConflict);
}

TEST_F(AnswerSheetTest, LateAnswersAreStale) {
  v1::WindowResult late = Answer(0);
  late.set_step(3);
  EXPECT_EQ(Take(late), Verdict::kStale);
}

TEST_F(AnswerSheetTest, AnswersOfAnotherJobAreStale) {
  v1::WindowResult other = Answer(0);
  other.set_job("other");
  EXPECT_EQ(Take(other), Verdict::kStale);
}

TEST_F(AnswerSheetTest, ANewStepForgetsTheAnswers) {
  EXPECT_EQ(Take(Answer(0)), Verdict::kAccepted);
  sheet_.Begin(5, kHash + 1, {5, 10});
  EXPECT_FALSE(sheet_.answered(0));
  EXPECT_EQ(Take(Answer(0)), Verdict::kStale);
}

TEST_F(AnswerSheetTest, ImpossibleAnswersAreInvalid) {
  struct Case {
    const char* reason;
    void (*spoil)(v1::WindowResult&);
  };
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Case cases[] = {
      {"no such block", [](v1::WindowResult& r) { r.set_block(2); }},
      {"no such block", [](v1::WindowResult& r) { r.set_block(4294967295u); }},
      {"not asked for yet", [](v1::WindowResult& r) { r.set_step(5); }},
      {"another θ", [](v1::WindowResult& r) { r.set_theta_hash(1); }},
      {"0 particles instead of 2", [](v1::WindowResult& r) { r.clear_particles(); }},
      {"3 particles instead of 2", [](v1::WindowResult& r) { r.add_particles(); }},
      {"not finite", [](v1::WindowResult& r) { r.mutable_particles(1)->set_sum_plus(kNan); }},
      {"not finite", [](v1::WindowResult& r) { r.mutable_particles(0)->set_sum_minus(kInfinity); }},
      {"claims 6 trained steps in a window of 5",
       [](v1::WindowResult& r) { r.mutable_particles(0)->set_trained_steps(6); }},
      {"claims 4 trained steps",
       [](v1::WindowResult& r) { r.mutable_particles(0)->set_trained_steps(4); }},
  };
  for (const Case& c : cases) {
    v1::WindowResult result = Answer(0);
    c.spoil(result);
    const Judgement judgement = sheet_.Take(result);
    EXPECT_EQ(judgement.verdict, Verdict::kInvalid) << c.reason;
    EXPECT_THAT(judgement.reason, testing::HasSubstr(c.reason));
    EXPECT_FALSE(sheet_.answered(0));
  }
}

TEST_F(AnswerSheetTest, OfTwoWhoWereAskedTheFirstCountsAndTheSecondChecksIt) {
  sheet_.Ask(0, kEpoch + 1);
  v1::WindowResult second = Answer(0);
  second.set_epoch(kEpoch + 1);
  EXPECT_EQ(Take(second), Verdict::kAccepted);
  EXPECT_EQ(Take(Answer(0)), Verdict::kDuplicate);
  EXPECT_EQ(Take(Answer(0, 2)), Verdict::kConflict);
}

}  // namespace
}  // namespace paceline
