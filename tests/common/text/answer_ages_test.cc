#include "common/text/answer_ages.h"

#include <gtest/gtest.h>

#include <vector>

namespace paceline {
namespace {

TEST(AnswerAgesText, SaysHowManyOfWhichAge) {
  const struct {
    std::vector<uint32_t> ages;
    uint32_t answers;
    double mean;
    const char* text;
  } cases[] = {
      {{}, 0, 0, ""},
      {{1}, 1, 0, "1 answer"},
      {{12}, 12, 0, "12 answers"},
      {{9, 0, 3}, 12, 0.5, "12 answers (9 of age 0, 3 of age 2)"},
      {{0, 1}, 1, 1, "1 answer (1 of age 1)"},
  };
  for (const auto& c : cases) {
    v1::OuterStepRecord record;
    for (const uint32_t count : c.ages) record.add_answer_ages(count);
    EXPECT_EQ(AnswersOf(record), c.answers) << c.text;
    EXPECT_EQ(MeanAgeOf(record), c.mean) << c.text;
    EXPECT_EQ(AnswerAgesText(record), c.text);
  }
}

}  // namespace
}  // namespace paceline
