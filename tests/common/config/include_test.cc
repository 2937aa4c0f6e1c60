// evaluate.suite: a suite, or the name of its file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/config/config.h"
#include "tests/common/config/trial_config.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kSuite[] = R"(name: small
seeds: 3
baselines: [adam]
tasks:
  - task: {quadratic: {dimension: 4}}
)";

class IncludeTest : public ::testing::Test {
 protected:
  IncludeTest() {
    std::filesystem::create_directories(folder_ + "/suites");
    Write("suites/small.yaml", kSuite);
  }
  ~IncludeTest() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name) << text;
  }
  // The trial config with these lines, from a file.
  absl::StatusOr<v1::JobConfig> Load(const std::string& lines,
                                     std::vector<std::string> overrides = {}) const {
    Write("job.yaml", testing::kTrialYaml + ("\n" + lines));
    return LoadConfig(folder_ + "/job.yaml", overrides);
  }
  std::string Fault(const std::string& lines) const {
    return std::string(Load(lines).status().message());
  }

  const std::string folder_ = ::testing::TempDir() + "/include_test";
};

TEST_F(IncludeTest, AFilesNameStandsForWhatItHolds) {
  const auto named = Load("evaluate: {every: 10, suite: suites/small.yaml}");
  ASSERT_TRUE(named.ok()) << named.status();
  EXPECT_EQ(named->evaluate().every(), 10u);
  EXPECT_EQ(named->evaluate().suite().name(), "small");
  EXPECT_EQ(named->evaluate().suite().tasks(0).task().quadratic().dimension(), 4u);
  EXPECT_EQ(named->evaluate().suite().held_out_points(), 10u) << "a default";
  const auto inlined = Load(
      "evaluate: {every: 10, suite: {name: small, seeds: 3, baselines: [adam], tasks: [{task: "
      "{quadratic: {dimension: 4}}}]}}");
  ASSERT_TRUE(inlined.ok()) << inlined.status();
  EXPECT_EQ(inlined->SerializeAsString(), named->SerializeAsString());
  const ParsedConfig again = ParseConfig(PrintConfig(*named), "again");
  EXPECT_THAT(again.faults, IsEmpty());
  EXPECT_EQ(again.config.SerializeAsString(), named->SerializeAsString());
}

TEST_F(IncludeTest, OfAnOverrideTheFolderAtWorkCounts) {
  const std::string path = folder_ + "/suites/small.yaml";
  EXPECT_TRUE(Load("", {"evaluate.every=5", "evaluate.suite=" + path}).ok());
  const auto relative = Load("", {"evaluate.every=5", "evaluate.suite=suites/small.yaml"});
  EXPECT_THAT(std::string(relative.status().message()), HasSubstr("suites/small.yaml"));
}

TEST_F(IncludeTest, FaultsAreToldWhereTheyAre) {
  Write("suites/faulty.yaml",
        "name: faulty\nseeds: 1\ntasks:\n  - task: {quadratic: {dimenson: 4}}\n");
  Write("suites/torn.yaml", "name: [torn\n");
  Write("suites/list.yaml", "- a\n- b\n");
  struct {
    const char* lines;
    const char* says;
  } const cases[] = {
      {"evaluate: {every: 10, suite: suites/none.yaml}", "suites/none.yaml: "},
      {"evaluate: {every: 10, suite: suites/faulty.yaml}",
       "suites/faulty.yaml:2:8: evaluate.suite.seeds"},
      {"evaluate: {every: 10, suite: suites/faulty.yaml}", "suites/faulty.yaml:4:24: "},
      {"evaluate: {every: 10, suite: suites/torn.yaml}", "suites/torn.yaml:"},
      {"evaluate: {every: 10, suite: suites/list.yaml}", "suites/list.yaml:1:1: evaluate.suite is"},
      {"evaluate: {every: 0, suite: suites/small.yaml}", "evaluate.every is 0"},
      {"evaluate: {suite: suites/small.yaml}", "evaluate.every is missing"},
      {"evaluate: {every: 10}", "evaluate.suite is missing"},
      {"evaluate: {every: 10, suite: {name: none}}", "neither tasks nor studies"},
      {"evaluate: {every: 10, suite: {name: x, tuning: {transferred: false}, tasks: [{task: "
       "{quadratic: {dimension: 4}}}]}}",
       "evaluate.suite.tuning leaves every hand-designed optimizer out"},
      {"evaluate: {every: 10, suite: {name: x, tasks: [{task: {lorenz: {}}}]}}",
       "evaluate.suite.tasks[0].task is a dynamical system"},
  };
  for (const auto& c : cases) EXPECT_THAT(Fault(c.lines), HasSubstr(c.says)) << c.lines;
}

TEST_F(IncludeTest, WhatComesFromElsewhereNamesNoFiles) {
  const std::string yaml = std::string(testing::kTrialYaml) +
                           "\nevaluate: {every: 10, suite: " + folder_ + "/suites/small.yaml}";
  const ParsedConfig parsed = ParseConfig(yaml, "metadata");
  ASSERT_EQ(parsed.faults.size(), 1u);
  EXPECT_THAT(parsed.faults.front().message, HasSubstr("must be a mapping"));
}

}  // namespace
}  // namespace paceline
