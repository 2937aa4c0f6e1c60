#include "coordinator/job/answer_sheet.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

constexpr uint64_t kHash = 77;
constexpr uint64_t kEpoch = 9;

constexpr WorkerId kA{1}, kB{2}, kC{3};

class AnswerSheetTest : public ::testing::Test {
 protected:
  AnswerSheetTest() { Begin(4, kHash); }

  void Begin(int64_t step, uint64_t theta_hash) {
    for (const uint32_t block : {0u, 1u}) {
      sheet_.Open(block, {.step = step,
                          .theta_hash = theta_hash,
                          .inner_steps = block == 0 ? 5 : 10,
                          .sums = {-100, 100}});
    }
  }
  const std::vector<ParticleScalars>& Counted(uint32_t block) {
    return sheet_.testimonies(block).front().particles;
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
  Judgement Judge(const v1::WindowResult& result, WorkerId from = kA) {
    if (auto fault = sheet_.Fault(result)) return *fault;
    return sheet_.Take(from, result);
  }
  Verdict Take(const v1::WindowResult& result, WorkerId from = kA) {
    return Judge(result, from).verdict;
  }

  AnswerSheet sheet_{"j", 2, 2};
};

TEST_F(AnswerSheetTest, KnowsWhichBlocksAreAnsweredAndHasTheAnswersInOrder) {
  EXPECT_EQ(Take(Answer(1, 10)), Verdict::kAccepted);
  EXPECT_TRUE(sheet_.answered(1));
  EXPECT_FALSE(sheet_.answered(0));
  EXPECT_EQ(sheet_.answered_count(), 1u);
  EXPECT_EQ(Take(Answer(0, 20)), Verdict::kAccepted);
  using Particles = std::vector<ParticleScalars>;
  EXPECT_EQ(Counted(0), (Particles{{20, -20, 5, false}, {21, -20, 5, false}}));
  EXPECT_EQ(Counted(1), (Particles{{10, -10, 10, false}, {11, -10, 10, false}}));
}

TEST_F(AnswerSheetTest, AnEqualSecondAnswerChangesNothing) {
  EXPECT_EQ(Take(Answer(0)), Verdict::kAccepted);
  EXPECT_EQ(Take(Answer(0)), Verdict::kDuplicate);
  EXPECT_EQ(Take(Answer(0), kB), Verdict::kConfirmed);
  EXPECT_EQ(Take(Answer(0), kB), Verdict::kDuplicate);
  EXPECT_EQ(sheet_.answered_count(), 1u);
  EXPECT_TRUE(sheet_.Agree(0));
}

TEST_F(AnswerSheetTest, OfTwoAnswersThatDifferTheFirstStays) {
  EXPECT_EQ(Take(Answer(0, 1)), Verdict::kAccepted);
  EXPECT_EQ(Take(Answer(0, 2), kB), Verdict::kConflict);
  EXPECT_FALSE(sheet_.Agree(0));
  EXPECT_EQ(Take(Answer(1)), Verdict::kAccepted);
  EXPECT_EQ(Counted(0)[0].sum_plus, 1);
}

TEST_F(AnswerSheetTest, AnotherMayBeLetCount) {
  Take(Answer(0, 1), kA);
  Take(Answer(0, 2), kB);
  Take(Answer(1));
  sheet_.LetCount(0, 1);
  EXPECT_EQ(Counted(0)[0].sum_plus, 2);
}

TEST_F(AnswerSheetTest, AWorkerThatContradictsItselfIsRefused) {
  EXPECT_EQ(Take(Answer(0, 1)), Verdict::kAccepted);
  const Judgement second = Judge(Answer(0, 2));
  EXPECT_EQ(second.verdict, Verdict::kInvalid);
  EXPECT_EQ(second.refusal, Refusal::kContradiction);
  EXPECT_TRUE(sheet_.Agree(0));
}

TEST_F(AnswerSheetTest, AnswersOfAWorkerThatLiesAreDiscarded) {
  Take(Answer(0, 1), kA);
  Take(Answer(0, 2), kB);
  Take(Answer(1, 3), kA);
  EXPECT_EQ(sheet_.Discard(kA), std::vector<uint32_t>{1});
  EXPECT_EQ(sheet_.answered_count(), 1u);
  EXPECT_EQ(sheet_.testimonies(0).front().worker, kB);
  EXPECT_TRUE(sheet_.Discard(kC).empty());
}

TEST_F(AnswerSheetTest, LateAnswersAreStale) {
  v1::WindowResult late = Answer(0);
  late.set_step(3);
  EXPECT_EQ(Judge(late).refusal, Refusal::kLate);
  EXPECT_EQ(Take(late), Verdict::kStale);
}

TEST_F(AnswerSheetTest, AnswersOfTheStepBeforeAreCompared) {
  EXPECT_EQ(Take(Answer(0, 1)), Verdict::kAccepted);
  EXPECT_EQ(Take(Answer(1, 1)), Verdict::kAccepted);
  Begin(5, kHash + 1);
  EXPECT_EQ(Take(Answer(0, 1), kB), Verdict::kDuplicate);
  EXPECT_FALSE(sheet_.DiffersFromPrevious(Answer(0, 1)));
  EXPECT_EQ(Judge(Answer(0, 2), kB).refusal, Refusal::kLate);
  EXPECT_TRUE(sheet_.DiffersFromPrevious(Answer(0, 2)));
}

TEST_F(AnswerSheetTest, BlocksMayBeAtDifferentWindows) {
  EXPECT_EQ(Take(Answer(0)), Verdict::kAccepted);
  EXPECT_EQ(Take(Answer(1)), Verdict::kAccepted);
  sheet_.Open(1, {.step = 5, .theta_hash = kHash + 1, .inner_steps = 10, .sums = {-100, 100}});
  EXPECT_TRUE(sheet_.answered(0));
  EXPECT_FALSE(sheet_.answered(1));
  EXPECT_EQ(sheet_.answered_count(), 1u);
  v1::WindowResult next = Answer(1);
  EXPECT_EQ(Take(next), Verdict::kDuplicate) << "of the window before";
  next.set_step(5);
  EXPECT_EQ(Judge(next).refusal, Refusal::kOtherTheta);
  next.set_theta_hash(kHash + 1);
  EXPECT_EQ(Take(next), Verdict::kAccepted);
}

TEST_F(AnswerSheetTest, AnswersOfAnotherJobAreStale) {
  v1::WindowResult other = Answer(0);
  other.set_job("other");
  EXPECT_EQ(Take(other), Verdict::kStale);
}

TEST_F(AnswerSheetTest, ANewStepForgetsTheAnswers) {
  EXPECT_EQ(Take(Answer(0)), Verdict::kAccepted);
  Begin(6, kHash + 1);
  EXPECT_FALSE(sheet_.answered(0));
  EXPECT_EQ(sheet_.answered_count(), 0u);
  EXPECT_EQ(Take(Answer(0)), Verdict::kStale);
}

TEST_F(AnswerSheetTest, ImpossibleAnswersAreRefusedWithANameAndAReason) {
  struct Case {
    Refusal refusal;
    const char* reason;
    void (*spoil)(v1::WindowResult&);
  };
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kMax = std::numeric_limits<double>::max();
  const Case cases[] = {
      {Refusal::kNoSuchBlock, "no such block", [](auto& r) { r.set_block(2); }},
      {Refusal::kNoSuchBlock, "no such block", [](auto& r) { r.set_block(4294967295u); }},
      {Refusal::kFutureStep, "not asked for yet", [](auto& r) { r.set_step(5); }},
      {Refusal::kOtherTheta, "another θ", [](auto& r) { r.set_theta_hash(1); }},
      {Refusal::kParticles, "0 particles instead of 2", [](auto& r) { r.clear_particles(); }},
      {Refusal::kParticles, "3 particles instead of 2", [](auto& r) { r.add_particles(); }},
      {Refusal::kNotFinite, "not finite",
       [](auto& r) { r.mutable_particles(1)->set_sum_plus(kNan); }},
      {Refusal::kNotFinite, "not finite",
       [](auto& r) { r.mutable_particles(0)->set_sum_minus(kInfinity); }},
      {Refusal::kTrainedSteps, "claims 6 trained steps in a window of 5",
       [](auto& r) { r.mutable_particles(0)->set_trained_steps(6); }},
      {Refusal::kTrainedSteps, "claims 4 trained steps",
       [](auto& r) { r.mutable_particles(0)->set_trained_steps(4); }},
      {Refusal::kOutOfRange, "has the sums 1e+30 and -1; they lie between -100 and 100",
       [](auto& r) { r.mutable_particles(0)->set_sum_plus(1e30); }},
      {Refusal::kOutOfRange, "particle 1",
       [](auto& r) { r.mutable_particles(1)->set_sum_minus(-kMax); }},
      {Refusal::kOutOfRange, "100.001",
       [](auto& r) { r.mutable_particles(0)->set_sum_plus(100.001); }},
  };
  for (const Case& c : cases) {
    v1::WindowResult result = Answer(0);
    c.spoil(result);
    const Judgement judgement = Judge(result);
    EXPECT_EQ(judgement.verdict, Verdict::kInvalid) << c.reason;
    EXPECT_EQ(judgement.refusal, c.refusal) << c.reason;
    EXPECT_THAT(judgement.reason, testing::HasSubstr(c.reason));
    EXPECT_FALSE(sheet_.answered(0));
  }
}

TEST_F(AnswerSheetTest, WithoutAntitheticPairsTheSecondSumIsZero) {
  sheet_.Open(
      0,
      {.step = 4, .theta_hash = kHash, .inner_steps = 5, .sums = {-100, 100}, .antithetic = false});
  EXPECT_EQ(Judge(Answer(0, 1)).refusal, Refusal::kOutOfRange);
  EXPECT_EQ(Take(Answer(0, 0)), Verdict::kAccepted);
}

}  // namespace
}  // namespace paceline
