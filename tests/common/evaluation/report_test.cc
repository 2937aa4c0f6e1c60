#include "common/evaluation/report.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/base/file.h"
#include "common/plot/png.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/evaluation/made_up.h"
#include "tests/testing/sample_evaluation.h"

namespace paceline {
namespace {

using testing::Contains;
using testing::HasSubstr;

namespace fs = std::filesystem;

v1::Evaluation Small() {
  const auto falling = [](double slope) {
    return [=](int) { return [=](double updates) { return 5 - slope * updates; }; };
  };
  return OneCase({{"mine", "", falling(0.01)}, {"Adam", "10 rates", falling(0.02)}}, 100, 2);
}

class ReportFilesTest : public testing::Test {
 protected:
  ReportFilesTest() { fs::remove_all(folder_); }
  ~ReportFilesTest() override { fs::remove_all(folder_); }

  absl::StatusOr<WrittenReport> Write(const v1::Evaluation& evaluation, const OutputRules& rules) {
    return WriteEvaluationReport(evaluation, MetricsOf(evaluation), folder_, rules);
  }

  const std::string folder_ = testing::TempDir() + "report_files_test";
};

TEST_F(ReportFilesTest, EveryFormIsWrittenAndNamed) {
  const auto written = WriteEvaluationReport(MadeUpEvaluation(), MadeUpMetrics(), folder_, {});
  ASSERT_TRUE(written.ok()) << written.status();
  for (const char* name : {"report.html", "report.txt", "report.json", "runs.csv", "summary.csv",
                           "curves.csv", "speed-up.svg", "speed-up-intervals.svg", "profile.svg",
                           "wins-quickstart.svg", "study-width-300.svg", "heat-width-velo.svg",
                           "study-horizon.svg", "batch-batch-size-1000.svg", "curves.svg"}) {
    EXPECT_THAT(written->files, Contains(name));
  }
  for (const std::string& name : written->files) EXPECT_TRUE(fs::exists(folder_ + "/" + name));
  EXPECT_EQ(static_cast<size_t>(std::distance(fs::directory_iterator(folder_), {})),
            written->files.size());
  if (SvgRasterizer()) {
    EXPECT_EQ(written->without_png, "");
    EXPECT_TRUE(ReadFile(folder_ + "/curves.png")->starts_with("\x89PNG"));
  }
}

TEST_F(ReportFilesTest, WhatIsThereIsReplacedOnlyByOrder) {
  ASSERT_TRUE(Write(Small(), {}).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(Write(Small(), {}).status()));
  EXPECT_TRUE(absl::IsAlreadyExists(CheckEvaluationReport(folder_, {})));
  EXPECT_TRUE(Write(Small(), kReplace).ok());
}

TEST_F(ReportFilesTest, APictureThatIsPreciousIsNotTouched) {
  fs::create_directories(folder_);
  std::ofstream(folder_ + "/speed-up.png") << "precious";
  EXPECT_TRUE(absl::IsAlreadyExists(Write(Small(), {}).status()));
  EXPECT_EQ(*ReadFile(folder_ + "/speed-up.png"), "precious");
}

TEST_F(ReportFilesTest, NamesOfAnyKindMakeFilesOfTheirOwn) {
  const auto flat = [](int) { return [](double) { return 1.0; }; };
  const auto evaluation = OneCase(
      {{"../a", "", flat}, {"A", "", flat}, {"\n", "", flat}, {std::string(300, 'x'), "", flat}},
      10, 2);
  const auto written = Write(evaluation, {});
  ASSERT_TRUE(written.ok()) << written.status();
  for (const char* name : {"wins-a.svg", "wins-a-2.svg", "wins-unnamed.svg"}) {
    EXPECT_THAT(written->files, Contains(name));
  }
}

TEST_F(ReportFilesTest, AnUnsoundEvaluationWritesNothing) {
  v1::Evaluation evaluation = Small();
  const Metrics metrics = MetricsOf(evaluation);
  evaluation.mutable_entries(1)->set_contestant(7);
  EXPECT_TRUE(
      absl::IsInvalidArgument(WriteEvaluationReport(evaluation, metrics, folder_, {}).status()));
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(ReportFilesTest, WithoutRsvgConvertAllButThePicturesOfPointsIsWritten) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  const auto written = Write(Small(), {});
  setenv("PATH", path.c_str(), 1);
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_THAT(written->without_png, HasSubstr("apt-get install librsvg2-bin"));
  EXPECT_THAT(written->files, Contains("curves.svg"));
  EXPECT_FALSE(fs::exists(folder_ + "/curves.png"));
}

TEST_F(ReportFilesTest, AFolderThatCannotBeWrittenIsAnError) {
  const v1::Evaluation evaluation = Small();
  EXPECT_FALSE(WriteEvaluationReport(evaluation, MetricsOf(evaluation), "/proc/none", {}).ok());
}

}  // namespace
}  // namespace paceline
