#include "common/suite/suite.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace paceline {
namespace {

using ::testing::HasSubstr;

std::string FaultsOf(const std::string& yaml, const std::vector<std::string>& overrides = {}) {
  std::string faults;
  for (const Fault& fault : ParseSuite(yaml, "s.yaml", overrides).faults) {
    faults += fault.ToString() + "\n";
  }
  return faults;
}

constexpr char kTasks[] = "tasks:\n  - task: {quadratic: {}}\n";

TEST(ParseSuite, FillsInDefaults) {
  const ParsedSuite parsed = ParseSuite(std::string("name: a\n") + kTasks, "s.yaml");
  ASSERT_TRUE(parsed.faults.empty()) << parsed.faults[0].ToString();
  EXPECT_EQ(parsed.suite.seeds(), 10u);
  EXPECT_THAT(parsed.suite.horizons(), ::testing::ElementsAre(1000));
  EXPECT_EQ(parsed.suite.tasks(0).task().quadratic().dimension(), 10u);
}

TEST(ParseSuite, OverridesAreApplied) {
  const std::vector<std::string> overrides = {"seeds=3", "tasks[0].task.quadratic.dimension=7"};
  const ParsedSuite parsed = ParseSuite(std::string("name: a\n") + kTasks, "s.yaml", overrides);
  ASSERT_TRUE(parsed.faults.empty()) << parsed.faults[0].ToString();
  EXPECT_EQ(parsed.suite.seeds(), 3u);
  EXPECT_EQ(parsed.suite.tasks(0).task().quadratic().dimension(), 7u);
}

struct Bad {
  std::string yaml, says;
};

TEST(ParseSuite, SaysWhereAndWhatIsWrong) {
  const std::string head = std::string("name: a\n") + kTasks;
  const auto study = [](const std::string& rest) {
    return "name: a\nstudies:\n  - {name: w, task: {image_mlp: {hidden: [8]}}, " + rest + "}\n";
  };
  const std::vector<Bad> table = {
      {"", "the suite is empty"},
      {"- a", "s.yaml:1:1: a suite is a mapping"},
      {"name: a", "neither tasks nor studies"},
      {kTasks, "name is missing"},
      {head + "seeds: 1", "s.yaml:4:8: seeds is 1"},
      {head + "seeds: ten", "s.yaml:4:8: seeds"},
      {head + "horizons: []", "horizons"},
      {head + "horizons: [0]", "horizons[0] is 0"},
      {head + "sedes: 3", "unknown key \"sedes\"; did you mean \"seeds\""},
      {head + "baselines: [adamm]", "adamm"},
      {head + "baselines: [adam, adam]", "baselines[1]"},
      {head + "tuning: {transferred: false}", "leaves every hand-designed optimizer out"},
      {"name: a\ntasks:\n  - task: {}", "tasks[0].task"},
      {"name: a\ntasks:\n  - {}", "task is missing"},
      {"name: a\ntasks:\n  - task: {lorenz: {}}", "dynamical system"},
      {"name: a\ntasks:\n  - {task: {quadratic: {}}, draws: 2}", "tasks[0].draws is 2"},
      {"name: a\ntasks:\n  - task: {autoencoder: {hidden: [4], log_loss: true}}",
       "s.yaml:3:49: tasks[0].task.autoencoder.log_loss is true"},
      {study("vary: image_mlp.hiden, values: [\"[8]\"]"), "hiden"},
      {study("vary: conv_net.batch, values: [\"8\"]"),
       "horizon or a key of the task, image_mlp.KEY"},
      {study("vary: image_mlp.batch, values: [\"0\"]"), "studies[0].values[0] does not do"},
      {study("vary: image_mlp.batch, values: [\"8\", eight]"), "studies[0].values[1]"},
      {study("vary: image_mlp.batch, values: []"), "studies[0].values"},
      {study("vary: horizon, values: [\"0\"]"), "studies[0].values[0] is \"0\""},
      {study("vary: horizon, values: [\"ten\"]"), "studies[0].values[0] is \"ten\""},
      {study("vary: horizon, values: [\"10\"], horizons: [5]"), "studies[0].horizons"},
      {study("vary: image_mlp.batch, values: [\"8\"], places: [1, 2]"),
       "has 2 numbers; values has 1"},
      {study("vary: image_mlp.batch, values: [\"8\"], trained: [9]"), "studies[0].trained must be"},
      {study("vary: image_mlp.batch, values: [\"8\"], trained: [9, 8]"),
       "studies[0].trained must be"},
      {"name: a\nstudies:\n  - {name: w, task: {sample: {image_mlp: {}}}, vary: horizon, values: "
       "[\"5\"]}",
       "is a sample"},
      {"name: a\nstudies:\n  - {name: w, task: {quadratic: {}}, vary: horizon, values: [\"5\"]}\n"
       "  - {name: w, task: {quadratic: {}}, vary: horizon, values: [\"6\"]}",
       "studies[1].name is w, as another study's"},
  };
  for (const Bad& bad : table) EXPECT_THAT(FaultsOf(bad.yaml), HasSubstr(bad.says)) << bad.yaml;
}

TEST(CheckSuite, SaysTheSameOfAMessage) {
  v1::Suite suite = ParseSuite(std::string("name: a\n") + kTasks, "s.yaml").suite;
  EXPECT_TRUE(CheckSuite(suite).empty());
  suite.add_baselines("adamm");
  EXPECT_EQ(CheckSuite(suite).size(), 1u);
}

std::vector<std::string> ShippedSuites() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator("configs/suites")) {
    paths.push_back(entry.path().string());
  }
  return paths;
}

TEST(ShippedSuites, HaveNoFaultsAndAreNamedAfterTheirFiles) {
  EXPECT_GE(ShippedSuites().size(), 3u);
  for (const std::string& path : ShippedSuites()) {
    const auto suite = LoadSuite(path);
    ASSERT_TRUE(suite.ok()) << suite.status();
    EXPECT_EQ(suite->name(), std::filesystem::path(path).stem()) << path;
    const ParsedSuite again = ParseSuite(PrintSuite(*suite), path);
    ASSERT_TRUE(again.faults.empty()) << again.faults[0].ToString();
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*suite, again.suite)) << path;
  }
}

}  // namespace
}  // namespace paceline
