#include "common/evaluation/report_html.h"

#include <cstdlib>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/evaluation/made_up.h"
#include "tests/testing/sample_evaluation.h"

namespace paceline {
namespace {

const std::string& MadeUpPage() {
  static const auto& page = *new std::string(ReportHtml(MadeUpEvaluation(), MadeUpMetrics()));
  return page;
}

// Every element is closed by its own tag; ids are there once; every link within the page leads
// somewhere. (tests/common/evaluation/well_formed.py)
bool IsWellFormed(const std::string& page) {
  const std::string path = testing::TempDir() + "report_html_test.html";
  std::ofstream(path, std::ios::binary) << page;
  return std::system(("python3 tests/common/evaluation/well_formed.py " + path).c_str()) == 0;
}

// A page is too long for a message.
bool Has(const std::string& page, const std::string& text) {
  return page.find(text) != std::string::npos;
}

TEST(ReportHtmlTest, IsWellFormed) { EXPECT_TRUE(IsWellFormed(MadeUpPage())); }

TEST(ReportHtmlTest, AsksForNothingFromElsewhere) {
  for (const char* asks :
       {"<script", "<link", "<img", "<iframe", "url(", "@import",
        "https:", " style=\""}) {  // styles of elements are forbidden by the page's own policy
    EXPECT_FALSE(Has(MadeUpPage(), asks)) << asks;
  }
  for (size_t at = 0; (at = MadeUpPage().find("http:", at)) != std::string::npos; ++at) {
    EXPECT_EQ(MadeUpPage().substr(at, 26), "http://www.w3.org/2000/svg");  // a name
  }
}

TEST(ReportHtmlTest, TheVerdictComesFirstAndThenTheFailures) {
  const size_t verdict = MadeUpPage().find("id=\"verdict\"");
  const size_t contents = MadeUpPage().find("<nav");
  const size_t failures = MadeUpPage().find("id=\"failures\"");
  const size_t contestants = MadeUpPage().find("id=\"contestants\"");
  EXPECT_LT(verdict, contents);
  EXPECT_LT(contents, failures);
  EXPECT_LT(failures, contestants);
  EXPECT_NE(contestants, std::string::npos);
  EXPECT_TRUE(Has(MadeUpPage(), "10 stalled of 10"));
  EXPECT_TRUE(Has(MadeUpPage(), "4 diverged of 10"));
}

TEST(ReportHtmlTest, ArithmeticAndMemoryAreToldWhereThereAreFigures) {
  EXPECT_TRUE(Has(MadeUpPage(), "<th>flops</th><th>bytes</th>"));
  const auto flat = [](int) { return [](double) { return 1.0; }; };
  const auto evaluation = OneCase({{"mine", "", flat}}, 100, 2);
  const std::string page = ReportHtml(evaluation, MetricsOf(evaluation));
  EXPECT_TRUE(IsWellFormed(page));
  EXPECT_TRUE(Has(page, "<th>bytes</th>"));
  for (const char* silent :
       {">flops</th>", ">trials</th>", ">speed-up</th>", ">test accuracy</th>"}) {
    EXPECT_FALSE(Has(page, silent)) << silent;
  }
}

TEST(ReportHtmlTest, EveryPictureHasWordsForWhoDoesNotSeeIt) {
  int pictures = 0;
  for (size_t at = 0; (at = MadeUpPage().find("<svg xmlns", at)) != std::string::npos; ++at) {
    const std::string element = MadeUpPage().substr(at, MadeUpPage().find('>', at) - at);
    EXPECT_THAT(element, testing::ContainsRegex("role=\"img\" aria-label=\"[^\"]+\""));
    ++pictures;
  }
  EXPECT_GT(pictures, 15);
}

TEST(ReportHtmlTest, NumbersAreFiniteOrLeftOut) {
  for (const char* text : {"nan", ">inf", "-inf", "\"inf", " inf"})
    EXPECT_FALSE(Has(MadeUpPage(), text)) << text;
}

TEST(ReportHtmlTest, IsSmallAndTheSameEveryTime) {
  EXPECT_LT(MadeUpPage().size(), 2'000'000u);
  EXPECT_TRUE(ReportHtml(MadeUpEvaluation(), MadeUpMetrics()) == MadeUpPage());
}

TEST(ReportHtmlTest, HostileNamesStayText) {
  v1::Evaluation evaluation = MadeUpEvaluation();
  const std::string hostile = "</title><script>alert(1)</script>\"'&\x01<svg onload=x>";
  evaluation.set_suite(hostile);
  evaluation.set_engine_build(hostile);
  for (auto& its_case : *evaluation.mutable_cases()) {
    its_case.set_title(hostile + its_case.title());
    its_case.set_key(hostile + its_case.key());
    its_case.set_family(hostile + its_case.family());
    its_case.set_value(hostile + its_case.value());
    if (!its_case.study().empty()) its_case.set_study(its_case.study() + hostile);
  }
  for (auto& contestant : *evaluation.mutable_contestants()) {
    contestant.set_title(hostile + contestant.title());
    contestant.set_key(hostile + contestant.key());
    if (!contestant.rule().empty()) contestant.set_budget(hostile + contestant.budget());
  }
  for (auto& entry : *evaluation.mutable_entries()) {
    for (auto& value : *entry.mutable_setting()->mutable_values()) value.set_name(hostile);
  }
  const std::string page = ReportHtml(evaluation, MadeUpMetrics());
  EXPECT_FALSE(Has(page, "<script"));
  EXPECT_FALSE(Has(page, "<svg onload"));
  EXPECT_TRUE(IsWellFormed(page));
}

TEST(ReportHtmlTest, OneCaseOfTwoContestantsIsAPageToo) {
  const auto falling = [](double slope) {
    return [=](int) { return [=](double updates) { return 5 - slope * updates; }; };
  };
  const auto evaluation =
      OneCase({{"mine", "", falling(0.01)}, {"Adam", "10 rates", falling(0.02)}}, 100, 2);
  EXPECT_TRUE(IsWellFormed(ReportHtml(evaluation, MetricsOf(evaluation))));
}

TEST(ReportHtmlTest, NothingIsAPageToo) {
  v1::Evaluation evaluation;
  evaluation.set_seeds(2);
  EXPECT_TRUE(IsWellFormed(ReportHtml(evaluation, MetricsOf(evaluation))));
  evaluation.add_contestants()->set_key("mine");
  evaluation.add_cases()->set_steps(10);
  EXPECT_TRUE(IsWellFormed(ReportHtml(evaluation, MetricsOf(evaluation))));
}

}  // namespace
}  // namespace paceline
