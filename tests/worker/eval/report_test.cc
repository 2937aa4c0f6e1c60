#include "worker/eval/report.h"

#include <algorithm>
#include <filesystem>

#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/worker/eval/small_optimizers.h"
#include "worker/eval/statistics.h"

namespace paceline {
namespace {

using testing::HasSubstr;

Evaluation SmallEvaluation() {
  v1::Task task;
  task.mutable_quadratic()->set_dimension(4);
  task.mutable_quadratic()->set_kind(v1::QUADRATIC_KIND_PLAIN);
  OptimizerResult adam = ResultWithLosses("adam", {2.0, 3.5});
  adam.learning_rate = 0.03;
  adam.others = {{.name = "warm-up", .value = 0.1, .text = "warm-up 0.1"}};
  adam.settings_tried = 30;
  adam.runs[1].diverged = true;
  ScenarioResult own{
      .scenario = {.key = "own", .title = "Unseen initial weights", .task = task, .steps = 2},
      .optimizers = {ResultWithLosses("learned", {1.0, 2.0}), adam}};
  return {.job = "tiny", .outer_step = 3, .horizon = 2, .scenarios = {own}};
}

TEST(StatisticsTest, TheDeviationIsThatOfASample) {
  const std::vector<double> values = {1, 2, 3, 4};
  EXPECT_EQ(SpreadOf(values).mean, 2.5);
  EXPECT_NEAR(SpreadOf(values).deviation, 1.2909944487358056, 1e-15);
  EXPECT_EQ(SpreadOf(std::span(values).first(1)).deviation, 0);
}

TEST(ReportTest, TheTableHasARowPerOptimizerAndAVerdict) {
  const std::string text = ReportText(SmallEvaluation());
  EXPECT_THAT(text,
              HasSubstr("  OPTIMIZER  TRIED  LEARNING RATE  TRAINING LOSS    TEST LOSS\n"
                        "  learned    -      -              1.5000 ± 0.7071  2.5000 ± 0.7071\n"
                        "  adam       30     0.03           2.7500 ± 1.0607  3.7500 ± 1.0607  "
                        "warm-up 0.1, 1 of 2 runs diverged\n"));
  EXPECT_THAT(text, HasSubstr("At its own horizon of 2 inner steps the learned optimizer beats"));
}

TEST(ReportTest, ColumnsNeverRunTogether) {
  Evaluation evaluation = SmallEvaluation();
  for (RunResult& run : evaluation.scenarios[0].optimizers[0].runs) {
    run.training_loss = run.test_loss = 1e9;
  }
  EXPECT_THAT(ReportText(evaluation),
              HasSubstr("-              1000000000.0000 ± 0.0000  1000000000.0000 ± 0.0000\n"));
}

TEST(ReportTest, ARateAtTheEdgeOfTheGridIsMarked) {
  Evaluation evaluation = SmallEvaluation();
  evaluation.scenarios[0].optimizers[1].rate_at_edge = true;
  EXPECT_THAT(ReportText(evaluation), HasSubstr("0.03 (edge)"));
}

TEST(ReportTest, JsonHasTheSameFigures) {
  const auto json = ReportJson(SmallEvaluation());
  const auto& adam = json["scenarios"][0]["optimizers"][1];
  EXPECT_EQ(json["outer_step"], 3);
  EXPECT_EQ(adam["learning_rate"], 0.03);
  EXPECT_EQ(adam["settings"], nlohmann::json({{"warm-up", 0.1}}));
  EXPECT_EQ(adam["settings_tried"], 30);
  EXPECT_EQ(adam["training_loss"]["mean"], 2.75);
  EXPECT_EQ(adam["training_loss"]["seeds"], nlohmann::json({2.0, 3.5}));
  EXPECT_EQ(adam["diverged_runs"], 1);
}

TEST(ReportTest, TheCurvesAreATableOfPoints) {
  EXPECT_EQ(CurvesCsv(SmallEvaluation()),
            "scenario,optimizer,learning_rate,step,mean_loss,deviation\n"
            "own,learned,,1,3,1.41421\nown,learned,,2,1.5,0.707107\n"
            "own,adam,0.03,1,5.5,2.12132\nown,adam,0.03,2,2.75,1.06066\n");
}

TEST(ReportTest, EverythingIsWrittenIntoANewFolderAndOverWhatIsThereOnlyByOrder) {
  const std::string folder = testing::TempDir() + "report_test/eval";
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(WriteReport(SmallEvaluation(), folder, {}).ok());
  for (const char* name : {"report.txt", "report.json", "curves.csv", "curves.svg"}) {
    EXPECT_TRUE(std::filesystem::exists(folder + "/" + name)) << name;
  }
  EXPECT_TRUE(absl::IsAlreadyExists(WriteReport(SmallEvaluation(), folder, {})));
  EXPECT_TRUE(WriteReport(SmallEvaluation(), folder, kReplace).ok());
  std::filesystem::remove_all(folder);
}

TEST(ReportTest, AFolderThatCannotBeWrittenIsAnError) {
  EXPECT_FALSE(WriteReport(SmallEvaluation(), "/proc/none", {}).ok());
}

}  // namespace
}  // namespace paceline
