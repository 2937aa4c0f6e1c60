#include "common/evaluation/words.h"

#include <limits>

#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(WordsTest, OrdinalsAreEnglish) {
  EXPECT_EQ(OrdinalText(1), "1st");
  EXPECT_EQ(OrdinalText(2), "2nd");
  EXPECT_EQ(OrdinalText(3), "3rd");
  EXPECT_EQ(OrdinalText(11), "11th");
  EXPECT_EQ(OrdinalText(13), "13th");
  EXPECT_EQ(OrdinalText(22), "22nd");
  EXPECT_EQ(OrdinalText(112), "112th");
}

TEST(WordsTest, IntervalsAreLeftOutWhereTheyAreInfinite) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(WithInterval(0.61264, {0.59, 0.63}), "0.6126 [0.59, 0.63]");
  EXPECT_EQ(WithInterval(0.61264, {-kInfinity, kInfinity}), "0.6126");
}

TEST(WordsTest, ARoundedNumberHasNoExponentThatItNeedsNot) {
  EXPECT_EQ(RoundedText(0), "0");
  EXPECT_EQ(RoundedText(0.0274), "0.027");
  EXPECT_EQ(RoundedText(1.25), "1.2");
  EXPECT_EQ(RoundedText(123.4), "123");
}

TEST(WordsTest, LinesAreWrappedBetweenWords) {
  const std::string text = Wrapped(std::string(60, 'a') + " " + std::string(60, 'b') + " c");
  EXPECT_EQ(text, std::string(60, 'a') + "\n" + std::string(60, 'b') + " c\n");
}

TEST(WordsTest, AContestantsNameTellsItsBudgetOnce) {
  v1::Contestant contestant;
  contestant.set_title("Muon");
  EXPECT_EQ(NameOf(contestant), "Muon");
  contestant.set_budget("10 rates");
  EXPECT_EQ(NameOf(contestant), "Muon, 10 rates");
  contestant.set_title("Muon, 10 rates");
  EXPECT_EQ(NameOf(contestant), "Muon, 10 rates");
}

TEST(WordsTest, ASettingMarksItsEdges) {
  v1::EvaluationEntry entry;
  auto& rate = *entry.mutable_setting()->add_values();
  rate.set_name("rate");
  rate.set_value(0.03);
  auto& warm_up = *entry.mutable_setting()->add_values();
  warm_up.set_name("warm_up");
  warm_up.set_value(0.05);
  entry.add_at_edge("rate");
  EXPECT_EQ(SettingText(entry), "rate 0.03 (edge), warm_up 0.05");
}

}  // namespace
}  // namespace paceline
