#include "common/evaluation/report_json.h"

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/common/evaluation/made_up.h"
#include "tests/testing/sample_evaluation.h"

namespace paceline {
namespace {

TEST(ReportJsonTest, HasTheFiguresOfTheMetrics) {
  const v1::Evaluation& evaluation = MadeUpEvaluation();
  const Metrics& metrics = MadeUpMetrics();
  const auto json = ReportJson(evaluation, metrics);
  EXPECT_EQ(json["suite"], "general-small");
  EXPECT_EQ(json["cases"].size(), 61u);
  EXPECT_EQ(json["contestants"].size(), 20u);
  EXPECT_EQ(json["verdicts"].size(), 2u);
  const auto& entry = json["cases"][0]["entries"][0];
  const EntryMetrics& mine = metrics.cases[0].entries[0];
  EXPECT_EQ(entry["contestant"], "quickstart");
  EXPECT_EQ(entry["training_loss"]["mean"], mine.training_loss.mean);
  EXPECT_EQ(entry["speed_up"]["interval"][1], mine.speed_up->interval.high);
  EXPECT_EQ(json["cases"][0]["entries"][3]["setting"]["learning_rate"], 0.003);
  EXPECT_EQ(json["contestants"][0]["place"], metrics.contestants[0].place);
  EXPECT_EQ(json["verdicts"][0]["against_best_of_budget"][0]["budget"], "any");
}

TEST(ReportJsonTest, ArithmeticAndMemoryAreToldOfAll) {
  const auto json = ReportJson(MadeUpEvaluation(), MadeUpMetrics());
  for (const auto& contestant : json["contestants"]) {
    EXPECT_GT(contestant["optimizer_flops_ratio"].get<double>(), 0);
    EXPECT_GT(contestant["state_bytes_per_parameter"].get<double>(), 0);
  }
  const auto& entry = json["cases"][0]["entries"][0];
  EXPECT_EQ(entry["optimizer_flops"], 7.3e5);
  EXPECT_EQ(entry["state_bytes_per_parameter"], 16);
}

TEST(ReportJsonTest, WhatIsNotKnownIsNull) {
  const auto flat = [](int) { return [](double) { return 1.0; }; };
  const auto evaluation = OneCase({{"mine", "", flat}}, 10, 1);
  const auto json = ReportJson(evaluation, MetricsOf(evaluation));
  EXPECT_TRUE(json["cases"][0]["reference"].is_null());
  const auto& entry = json["cases"][0]["entries"][0];
  EXPECT_TRUE(entry["speed_up"].is_null());
  EXPECT_TRUE(entry["optimizer_flops_ratio"].is_null());
  EXPECT_TRUE(json["contestants"][0]["optimizer_flops_ratio"].is_null());
  EXPECT_TRUE(entry["test_accuracy"].is_null());
  EXPECT_TRUE(entry["training_loss"]["interval"][0].is_null());
}

}  // namespace
}  // namespace paceline
