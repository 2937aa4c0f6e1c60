#include "common/evaluation/report_text.h"

#include <algorithm>
#include <iterator>
#include <sstream>

#include "common/text/table.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/evaluation/made_up.h"
#include "tests/testing/sample_evaluation.h"

namespace paceline {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string TextOf(const v1::Evaluation& evaluation) {
  return ReportText(evaluation, MetricsOf(evaluation));
}

TEST(ReportTextTest, AnEvaluationOfManyCasesIsOnePageOrTwo) {
  const std::string text = ReportText(MadeUpEvaluation(), MadeUpMetrics());
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 150);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(TextWidth(line), 160u) << line;
  }
}

TEST(ReportTextTest, FailuresComeBeforeTables) {
  const std::string text = ReportText(MadeUpEvaluation(), MadeUpMetrics());
  EXPECT_LT(text.find("Failures of learned"), text.find("Contestants over"));
  EXPECT_THAT(text, HasSubstr("4 diverged of 10"));
  EXPECT_THAT(text, HasSubstr("10 stalled of 10"));
}

TEST(ReportTextTest, EveryBaselineHasItsBudgetAndTheMethodItsTrials) {
  const std::string text = ReportText(MadeUpEvaluation(), MadeUpMetrics());
  EXPECT_THAT(text, HasSubstr("\"150 trials\": 150 settings a task"));
  EXPECT_THAT(text, HasSubstr("BUDGET"));
}

TEST(ReportTextTest, ArithmeticAndMemoryAreToldOfAll) {
  const std::string text = ReportText(MadeUpEvaluation(), MadeUpMetrics());
  std::istringstream lines(text.substr(text.find("Contestants over")));
  std::string line;
  std::getline(lines, line);
  std::getline(lines, line);
  EXPECT_THAT(line, testing::EndsWith("FLOPS  BYTES"));
  int rows = 0;
  for (; std::getline(lines, line) && !line.empty(); ++rows) {
    std::istringstream words(line);
    const std::vector<std::string> cells{std::istream_iterator<std::string>(words), {}};
    EXPECT_GT(std::stod(cells.at(cells.size() - 2)), 0) << line;
    EXPECT_GT(std::stod(cells.back()), 0) << line;
  }
  EXPECT_EQ(rows, MadeUpEvaluation().contestants_size());
}

TEST(ReportTextTest, ColumnsThatSayNothingAreLeftOut) {
  const auto flat = [](int) { return [](double) { return 1.0; }; };
  const std::string text = TextOf(OneCase({{"mine", "", flat}, {"yours", "", flat}}, 100, 2));
  for (const char* silent : {"BUDGET", "SPEED-UP", "FLOPS", "TRIED"}) {
    EXPECT_THAT(text, Not(HasSubstr(silent)));
  }
  EXPECT_THAT(text, HasSubstr("BYTES"));
}

TEST(ReportTextTest, AFewCasesHaveATableEachWithSettings) {
  const auto falling = [](double slope) {
    return [=](int) { return [=](double updates) { return 5 - slope * updates; }; };
  };
  auto evaluation =
      OneCase({{"mine", "", falling(0.01)}, {"Adam", "10 rates", falling(0.02)}}, 100, 2);
  auto& rate = *evaluation.mutable_entries(1)->mutable_setting()->add_values();
  rate.set_name("learning_rate");
  rate.set_value(0.1);
  const std::string text = TextOf(evaluation);
  EXPECT_THAT(text, HasSubstr("a case, 100 steps:"));
  EXPECT_THAT(text, HasSubstr("learning_rate 0.1"));
  EXPECT_THAT(text, HasSubstr("mine (learned)"));
}

TEST(ReportTextTest, NamesCannotCommandTheTerminal) {
  v1::Evaluation evaluation = MadeUpEvaluation();
  evaluation.set_suite("\x1b[2J");
  evaluation.mutable_cases(0)->set_title("\x1b]0;x\x07");
  evaluation.mutable_contestants(0)->set_title("\x1b[31m");
  evaluation.mutable_contestants(2)->set_budget("\x1b[31m");
  const std::string text = ReportText(evaluation, MadeUpMetrics());
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\x07")));
}

TEST(ReportTextTest, NothingIsStillAReport) {
  v1::Evaluation evaluation;
  evaluation.set_suite("empty");
  evaluation.set_seeds(2);
  EXPECT_THAT(TextOf(evaluation), HasSubstr("No learned optimizer has taken part."));
}

}  // namespace
}  // namespace paceline
