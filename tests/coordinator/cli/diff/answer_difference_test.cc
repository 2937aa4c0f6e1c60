#include "coordinator/cli/diff/answer_difference.h"

#include <cmath>
#include <functional>

#include "gtest/gtest.h"

namespace paceline {
namespace {

// Two blocks of two particles.
v1::StepScalars Sample() {
  v1::StepScalars step;
  step.set_step(7);
  for (uint32_t block = 0; block < 2; ++block) {
    v1::CountedAnswer& answer = *step.add_answers();
    answer.set_block(block);
    answer.set_window(6);
    for (int particle = 0; particle < 2; ++particle) {
      v1::ParticleResult& result = *answer.add_particles();
      result.set_sum_plus(0.1 + particle);
      result.set_sum_minus(0.2);
      result.set_trained_steps(5);
      result.set_began(4);
    }
  }
  return step;
}

TEST(AnswerDifferenceTest, EqualAnswersHaveNone) {
  EXPECT_FALSE(FirstDifference(Sample(), Sample()));
  EXPECT_FALSE(FirstDifference({}, {}));
}

TEST(AnswerDifferenceTest, EveryFieldOfEveryAnswerCounts) {
  struct Case {
    std::function<void(v1::StepScalars&)> change;
    uint32_t block;
    std::optional<int> particle;
    const char *field, *a, *b;
  };
  const auto particle = [](int block, int index, auto change) {
    return [=](v1::StepScalars& step) {
      change(*step.mutable_answers(block)->mutable_particles(index));
    };
  };
  using Result = v1::ParticleResult;
  for (const Case& c : std::vector<Case>{
           {particle(0, 0, [](Result& r) { r.set_sum_plus(std::nextafter(0.1, 1)); }), 0, 0,
            "sum_plus", "0.10000000000000001", "0.10000000000000002"},
           {particle(1, 1, [](Result& r) { r.set_sum_minus(-0.0); }), 1, 1, "sum_minus",
            "0.20000000000000001", "-0"},
           {particle(1, 0, [](Result& r) { r.set_trained_steps(4); }), 1, 0, "trained_steps", "5",
            "4"},
           {particle(0, 1, [](Result& r) { r.set_diverged(true); }), 0, 1, "diverged", "false",
            "true"},
           {particle(0, 1, [](Result& r) { r.set_began(5); }), 0, 1, "began", "4", "5"},
           {[](v1::StepScalars& s) { s.mutable_answers(1)->mutable_particles()->RemoveLast(); }, 1,
            std::nullopt, "particles", "2", "1"},
           {[](v1::StepScalars& s) { s.mutable_answers(1)->set_window(5); }, 1, std::nullopt,
            "answer", "block 1, window 6", "block 1, window 5"},
           {[](v1::StepScalars& s) { s.mutable_answers()->RemoveLast(); }, 1, std::nullopt,
            "answer", "block 1, window 6", ""},
       }) {
    v1::StepScalars other = Sample();
    c.change(other);
    const auto found = FirstDifference(Sample(), other);
    ASSERT_TRUE(found) << c.field;
    EXPECT_EQ(found->step, 7);
    EXPECT_EQ(found->block, c.block) << c.field;
    EXPECT_EQ(found->window, 6) << c.field;
    EXPECT_EQ(found->particle, c.particle) << c.field;
    EXPECT_EQ(found->field, c.field);
    EXPECT_EQ(found->a, c.a);
    EXPECT_EQ(found->b, c.b);
  }
}

TEST(AnswerDifferenceTest, ZerosOfTwoSignsAreNotTheSame) {
  v1::StepScalars a = Sample(), b = Sample();
  a.mutable_answers(0)->mutable_particles(0)->set_sum_minus(0.0);
  b.mutable_answers(0)->mutable_particles(0)->set_sum_minus(-0.0);
  EXPECT_TRUE(FirstDifference(a, b));
}

TEST(AnswerDifferenceTest, WhereOneDoesNotTellTheEpisodeItIsNotCompared) {
  v1::StepScalars older = Sample();
  older.mutable_answers(0)->mutable_particles(0)->clear_began();
  EXPECT_FALSE(FirstDifference(Sample(), older));
}

}  // namespace
}  // namespace paceline
