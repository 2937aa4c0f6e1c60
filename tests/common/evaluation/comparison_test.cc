#include "common/evaluation/comparison.h"

#include <filesystem>

#include "common/base/file.h"
#include "common/evaluation/comparison_report.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/sample_evaluation.h"

namespace paceline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::function<LossFunction(int)> Falling(double slope) {
  return [=](int run) { return [=](double updates) { return 5 + 0.3 * run - slope * updates; }; };
}

std::unique_ptr<NamedEvaluation> Named(const std::string& name, v1::Evaluation evaluation) {
  auto named = std::make_unique<NamedEvaluation>();
  named->name = name;
  named->evaluation = std::move(evaluation);
  named->metrics = MetricsOf(named->evaluation);
  return named;
}

std::unique_ptr<NamedEvaluation> Of(const std::string& name, const std::string& key, double slope,
                                    int seeds = 5) {
  return Named(name, OneCase({{key, "", Falling(slope)}, {"Adam", "10 rates", Falling(0.004)}},
                             1000, seeds));
}

v1::Evaluation FirstCases(v1::Evaluation evaluation, int count) {
  const int cases = evaluation.cases_size();
  evaluation.mutable_cases()->DeleteSubrange(count, cases - count);
  int entries = 0;
  while (evaluation.entries(entries).case_index() < static_cast<uint32_t>(count)) ++entries;
  evaluation.mutable_entries()->DeleteSubrange(entries, evaluation.entries_size() - entries);
  return evaluation;
}

TEST(ComparisonTest, EqualSeedsArePairedSoThatRunsSpreadDoesNotMatter) {
  const auto before = Of("a", "mine", 0.003), after = Of("b", "mine", 0.0031);
  const Comparison comparison = CompareEvaluations(*before, *after);
  EXPECT_TRUE(comparison.paired);
  ASSERT_EQ(comparison.learned.size(), 1u);
  const CaseChange& change = comparison.learned[0].cases[0];
  EXPECT_EQ(change.contest, Contest::kWin);
  EXPECT_NEAR(change.difference, -0.0001 * 949.5, 1e-5);
  EXPECT_NEAR(change.interval.high - change.interval.low, 0, 1e-5);
  EXPECT_EQ(comparison.equal_baselines, 1u);
  EXPECT_EQ(comparison.changed_baselines, 0u);
}

TEST(ComparisonTest, OtherSeedsAreIndependent) {
  const auto before = Of("a", "mine", 0.003), more = Of("b", "mine", 0.0031, 6);
  EXPECT_FALSE(CompareEvaluations(*before, *more).paired);
  auto after = Of("b", "mine", 0.0031);
  after->evaluation.set_seed(9);
  const Comparison comparison = CompareEvaluations(*before, *after);
  EXPECT_FALSE(comparison.paired);
  // Runs are .3 apart, which hides the difference.
  EXPECT_EQ(comparison.learned[0].cases[0].contest, Contest::kDraw);
}

TEST(ComparisonTest, AnotherOptimizerIsSetBesideTheFirst) {
  const auto before = Of("a", "old", 0.003), after = Of("b", "new", 0.0029);
  const Comparison comparison = CompareEvaluations(*before, *after);
  ASSERT_EQ(comparison.learned.size(), 1u);
  EXPECT_EQ(comparison.learned[0].cases[0].contest, Contest::kLoss);
  EXPECT_GT(comparison.learned[0].median_change, 0);
}

TEST(ComparisonTest, CasesOfOneAloneAreListed) {
  const auto before = Of("a", "mine", 0.003);
  auto after = Of("b", "mine", 0.003);
  after->evaluation.mutable_cases(0)->set_key("other");
  const Comparison comparison = CompareEvaluations(*before, *after);
  EXPECT_THAT(comparison.only_before, ElementsAre(0));
  EXPECT_THAT(comparison.only_after, ElementsAre(0));
  EXPECT_THAT(comparison.learned[0].cases, IsEmpty());
}

TEST(ComparisonTest, ABaselineWhoseRunsDifferIsTold) {
  const auto before = Of("a", "mine", 0.003);
  const auto after = Named(
      "b", OneCase({{"mine", "", Falling(0.003)}, {"Adam", "10 rates", Falling(0.005)}}, 1000, 5));
  EXPECT_EQ(CompareEvaluations(*before, *after).changed_baselines, 1u);
}

TEST(ComparisonReportTest, WhatGotWorseComesFirst) {
  NamedEvaluations evaluations;
  evaluations.push_back(Named("early", FirstCases(MadeUpEvaluation(), 12)));
  evaluations.push_back(Named("late", FirstCases(LaterEvaluation(), 12)));
  const std::string text = ComparisonText(evaluations);
  EXPECT_THAT(text, HasSubstr("quickstart of late beside quickstart of early, on 12 common cases"));
  EXPECT_THAT(text, HasSubstr("Of the baselines in both, 18 have the same runs."));
  std::swap(evaluations[0], evaluations[1]);
  const std::string reverse = ComparisonText(evaluations);
  EXPECT_THAT(reverse, HasSubstr("higher"));
  const auto json = ComparisonJson(evaluations);
  EXPECT_EQ(json["comparisons"][0]["before"], "late");
  EXPECT_EQ(json["comparisons"][0]["contestants"][0]["cases"].size(), 12u);
}

TEST(ComparisonReportTest, ItIsWrittenAsPageTextAndJson) {
  const std::string folder = testing::TempDir() + "comparison_test";
  std::filesystem::remove_all(folder);
  NamedEvaluations evaluations;
  evaluations.push_back(Of("<a>", "mine", 0.003));
  evaluations.push_back(Of("b", "mine", 0.0031));
  evaluations.push_back(Of("c", "mine", 0.0032));
  ASSERT_TRUE(WriteComparison(evaluations, folder, {}).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(WriteComparison(evaluations, folder, {})));
  const std::string page = *ReadFile(folder + "/compare.html");
  EXPECT_THAT(page, HasSubstr("b beside &lt;a&gt;"));
  EXPECT_THAT(page, HasSubstr("c beside &lt;a&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<a>")));
  EXPECT_TRUE(nlohmann::json::accept(*ReadFile(folder + "/compare.json")));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace paceline
