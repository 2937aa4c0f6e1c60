#include "common/evaluation/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/coordinator/cli/commands/commands_fixture.h"
#include "tests/testing/sample_evaluation.h"

namespace paceline {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ReportCommandTest : public CommandsTest {
 protected:
  ReportCommandTest() {
    Save("before", 0.003);
    Save("after", 0.0031);
  }
  std::string Folder(const std::string& name) const { return folder_ + "/" + name; }
  void Save(const std::string& name, double slope) const {
    const auto falling = [](double its_slope) {
      return [=](int) { return [=](double updates) { return 5 - its_slope * updates; }; };
    };
    const auto evaluation =
        OneCase({{"mine", "", falling(slope)}, {"Adam", "10 rates", falling(0.004)}}, 1000, 3);
    ASSERT_TRUE(SaveEvaluation(evaluation, Folder(name), {}).ok());
  }
};

TEST_F(ReportCommandTest, OneFoldersReportIsWrittenAnewBesideIt) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Run({"report", Folder("before")}), 0) << err();
    EXPECT_THAT(out(), HasSubstr("mine is 2nd of 2 on a case, 1000 steps"));
    EXPECT_TRUE(fs::exists(Folder("before") + "/report.html"));
  }
  EXPECT_EQ(Run({"report", Folder("before") + "/evaluation.binpb", "--json"}), 0) << err();
  EXPECT_EQ(nlohmann::json::parse(out())["cases"].size(), 1u);
}

TEST_F(ReportCommandTest, AnotherFolderGetsTheEvaluationToo) {
  EXPECT_EQ(Run({"report", Folder("before"), "--output", Folder("copy")}), 0) << err();
  EXPECT_FALSE(fs::exists(Folder("before") + "/report.html"));
  EXPECT_EQ(Run({"report", Folder("copy")}), 0) << err();
  EXPECT_EQ(Run({"report", Folder("before"), "--output", Folder("copy")}), 1);
  EXPECT_THAT(err(), HasSubstr("--force replaces it"));
  EXPECT_EQ(Run({"report", Folder("before"), "--output", Folder("copy"), "--force"}), 0) << err();
}

TEST_F(ReportCommandTest, SeveralAreComparedAndWrittenOnlyWhereAsked) {
  EXPECT_EQ(Run({"report", Folder("before"), Folder("after")}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("mine of "));
  EXPECT_FALSE(fs::exists(Folder("before") + "/compare.html"));
  EXPECT_EQ(
      Run({"report", Folder("before"), Folder("after"), "--output", Folder("compared"), "--json"}),
      0)
      << err();
  EXPECT_EQ(nlohmann::json::parse(out())["comparisons"][0]["contestants"][0]["wins"], 1);
  EXPECT_TRUE(fs::exists(Folder("compared") + "/compare.html"));
}

TEST_F(ReportCommandTest, WhatIsNoEvaluationIsRefused) {
  EXPECT_EQ(Run({"report", Folder("none")}), 4);
  EXPECT_THAT(err(), HasSubstr(Folder("none")));
  fs::create_directories(Folder("empty"));
  EXPECT_EQ(Run({"report", Folder("empty")}), 4);
  EXPECT_EQ(Run({"report", config()}), 1);
  EXPECT_THAT(err(), HasSubstr("is no evaluation, or its end is missing"));
  EXPECT_EQ(Run({"report"}), 2);
}

}  // namespace
}  // namespace paceline
