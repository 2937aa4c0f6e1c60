#include "worker/bench/report.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

ordered_json EngineRow(int particles, double rate) {
  return {{"section", "engine"},    {"task", "mlp:64-32-10"}, {"optimizer", "adafac_mlp"},
          {"particles", particles}, {"window", 50},           {"device", "cpu"},
          {"threads", 2},           {"engine", "fused"},      {"inner_steps_per_s", rate}};
}

ordered_json TimeRow(double microseconds) {
  return {{"section", "rpc"},
          {"name", "round trip"},
          {"threads", 1},
          {"value", microseconds},
          {"unit", "us"}};
}

TEST(BenchReport, RowsAreComparedWithTheSameCaseOfTheOtherBuild) {
  BenchRows rows = {EngineRow(16, 300), EngineRow(256, 100), TimeRow(50)};
  const BenchRows other = {TimeRow(100), EngineRow(16, 200)};
  AddRatios(other, rows);
  EXPECT_DOUBLE_EQ(rows[0]["ratio"].get<double>(), 1.5);
  EXPECT_DOUBLE_EQ(rows[0]["against"].get<double>(), 200);
  EXPECT_FALSE(rows[1].contains("ratio"));
  // Half the time is twice as fast.
  EXPECT_DOUBLE_EQ(rows[2]["ratio"].get<double>(), 2);
  EXPECT_THAT(RegressionText(other, rows), IsEmpty());
}

TEST(BenchReport, WhatIsSlowerOrMissingIsNamed) {
  BenchRows rows = {EngineRow(16, 100), TimeRow(101)};
  const BenchRows other = {EngineRow(16, 110), TimeRow(100), EngineRow(256, 5)};
  AddRatios(other, rows);
  const std::string text = RegressionText(other, rows);
  EXPECT_THAT(text, HasSubstr("slower: engine mlp:64-32-10 adafac_mlp 16 50 cpu 2 fused: 100, "
                              "was 110"));
  EXPECT_THAT(text, Not(HasSubstr("round trip")));
  EXPECT_THAT(text, HasSubstr("not measured now: engine mlp:64-32-10 adafac_mlp 256"));
}

TEST(BenchReport, AnotherEngineOrNumberOfThreadsIsAnotherCase) {
  BenchRows rows = {EngineRow(16, 100), EngineRow(16, 100)};
  rows[0]["engine"] = "torch";
  rows[1]["threads"] = 4;
  AddRatios({EngineRow(16, 100)}, rows);
  EXPECT_FALSE(rows[0].contains("ratio"));
  EXPECT_FALSE(rows[1].contains("ratio"));
}

TEST(BenchReport, RowsAreReadBackAsPrinted) {
  const auto rows = ParseRows(EngineRow(16, 100).dump() + "\n\n" + TimeRow(3).dump() + "\n");
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0], EngineRow(16, 100));
}

TEST(BenchReport, ALineThatIsNoObjectIsNamed) {
  for (const char* bad : {"{}\n[1]\n", "{}\nTASK  OPTIMIZER\n", "{}\n{\"task\":\n"}) {
    const auto rows = ParseRows(bad);
    ASSERT_TRUE(absl::IsInvalidArgument(rows.status())) << bad;
    EXPECT_THAT(std::string(rows.status().message()), HasSubstr("line 2"));
  }
}

TEST(BenchReport, AnUpdateIsShownBesideItsCopy) {
  const ordered_json row = {
      {"section", "updates"}, {"name", "adam"},   {"task", "mlp:64-32-10"},
      {"threads", 1},         {"learned", false}, {"state_bytes_per_parameter", 8.0},
      {"flops", 36150.0},     {"value", 1.5},     {"unit", "us"},
      {"gflops", 24.1},       {"copy_us", 0.5},   {"times_copy", 3.0}};
  BenchRows rows = {row};
  const std::string text = TableText("a machine", rows);
  EXPECT_THAT(text, HasSubstr("\nupdates\n"));
  EXPECT_THAT(text, HasSubstr("  mlp:64-32-10  adam         1.5  36,150     24.1      8   0.5"));
  rows[0]["value"] = 3.0;
  AddRatios({row}, rows);
  EXPECT_EQ(rows[0]["ratio"], 0.5);
}

TEST(BenchReport, TablesHaveARatioColumnWhereThereIsOne) {
  BenchRows rows = {EngineRow(4096, 30123), TimeRow(78.25)};
  EXPECT_THAT(TableText("a machine", rows), HasSubstr("30,123"));
  EXPECT_THAT(TableText("a machine", rows), Not(HasSubstr("RATIO")));
  AddRatios({EngineRow(4096, 15061.5)}, rows);
  const std::string text = TableText("a machine", rows);
  EXPECT_THAT(text, HasSubstr("RATIO"));
  EXPECT_THAT(text, HasSubstr("2.00"));
  EXPECT_THAT(text, HasSubstr("4,096"));
}

}  // namespace
}  // namespace paceline
