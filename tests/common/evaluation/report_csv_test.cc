#include "common/evaluation/report_csv.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/evaluation/made_up.h"
#include "tests/testing/sample_evaluation.h"

namespace paceline {
namespace {

using testing::HasSubstr;

v1::Evaluation Small() {
  const auto falling = [](double slope) {
    return [=](int) { return [=](double updates) { return 5 - slope * updates; }; };
  };
  return OneCase({{"mine", "", falling(1)}, {"adam", "10 rates", falling(0.5)}}, 4, 2);
}

TEST(ReportCsvTest, CurvesHaveARowPerPoint) {
  const auto evaluation = Small();
  EXPECT_EQ(CurvesCsv(evaluation, MetricsOf(evaluation)),
            "case,contestant,updates,mean_loss,deviation\n"
            "case,mine,0,5,0\ncase,mine,1,4,0\ncase,mine,2,3,0\ncase,mine,3,2,0\n"
            "case,adam,0,5,0\ncase,adam,1,4.5,0\ncase,adam,2,4,0\ncase,adam,3,3.5,0\n");
}

TEST(ReportCsvTest, RunsHaveARowEach) {
  const auto evaluation = Small();
  const std::string csv = RunsCsv(evaluation, MetricsOf(evaluation));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 5);
  EXPECT_THAT(csv, HasSubstr("\ncase,family,,0,0,4,mine,,1,learned,5,2,3.5,2,2,,\n"));
}

// As many cells in every row as in the header, by a reader of another make.
bool IsTable(const std::string& csv) {
  const std::string path = testing::TempDir() + "report_csv_test.csv";
  std::ofstream(path, std::ios::binary) << csv;
  const std::string command =
      "python3 -c 'import csv, sys; rows = list(csv.reader(open(sys.argv[1], newline=\"\"))); "
      "sys.exit(len({len(row) for row in rows}) != 1)' " +
      path;
  return std::system(command.c_str()) == 0;
}

TEST(ReportCsvTest, NamesOfAnyKindStayInTheirCells) {
  auto evaluation = Small();
  evaluation.mutable_cases(0)->set_title("a, \"b\"\r\nc");
  evaluation.mutable_cases(0)->set_key(",");
  evaluation.mutable_contestants(0)->set_key("\"");
  const Metrics metrics = MetricsOf(evaluation);
  EXPECT_TRUE(IsTable(RunsCsv(evaluation, metrics)));
  EXPECT_TRUE(IsTable(SummaryCsv(evaluation, metrics)));
  EXPECT_TRUE(IsTable(CurvesCsv(evaluation, metrics)));
  EXPECT_THAT(SummaryCsv(evaluation, metrics), HasSubstr("\"a, \"\"b\"\"\r\nc\""));
}

TEST(ReportCsvTest, TheSummaryHasARowPerCaseAndContestant) {
  const v1::Evaluation& evaluation = MadeUpEvaluation();
  const std::string csv = SummaryCsv(evaluation, MadeUpMetrics());
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + evaluation.entries_size());
  EXPECT_TRUE(IsTable(csv));
}

TEST(ReportCsvTest, TheSummaryEndsWithArithmeticAndMemory) {
  auto evaluation = Small();
  evaluation.mutable_cases(0)->set_task_flops(2000);
  evaluation.mutable_cases(0)->set_parameters(10);
  evaluation.mutable_entries(0)->set_optimizer_flops(500);
  evaluation.mutable_entries(0)->set_state_bytes(80);
  const std::string csv = SummaryCsv(evaluation, MetricsOf(evaluation));
  EXPECT_THAT(csv, HasSubstr(",optimizer_flops,optimizer_flops_ratio,state_bytes,"
                             "state_bytes_per_parameter\n"));
  EXPECT_THAT(csv, HasSubstr(",500,0.25,80,8\n"));
  // Of the other one nothing is counted.
  EXPECT_THAT(csv, testing::EndsWith(",0,,0,0\n"));
}

}  // namespace
}  // namespace paceline
