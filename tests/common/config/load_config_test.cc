#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "common/config/config.h"
#include "tests/common/config/trial_config.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ParseConfig, FillsTheMessageFromTheFile) {
  const ParsedConfig parsed = ParseConfig(testing::kTrialYaml, "job.yaml");
  EXPECT_THAT(parsed.faults, IsEmpty());
  const v1::JobConfig& config = parsed.config;
  EXPECT_EQ(config.name(), "trial");
  EXPECT_EQ(config.seed(), 7u);
  EXPECT_EQ(config.optimizer().adafac_mlp().hidden(), 8u);
  ASSERT_EQ(config.tasks_size(), 2);
  EXPECT_THAT(config.tasks(0).image_mlp().hidden(), ElementsAre(32));
  EXPECT_EQ(config.tasks(0).weight(), 2);
  EXPECT_EQ(config.tasks(1).quadratic().dimension(), 10u);
  EXPECT_EQ(config.episode().log_uniform().max(), 1000u);
  EXPECT_EQ(config.estimator().nres().window(), 50u);
  EXPECT_EQ(config.outer().optimizer().adam().learning_rate(), 1e-3);
  EXPECT_EQ(config.outer().clip().global_norm(), 1);
}

TEST(ParseConfig, FillsInDefaultsOfAbsentKeys) {
  const v1::JobConfig config = testing::TrialConfig();
  EXPECT_EQ(config.optimizer().adafac_mlp().layers(), 2u);
  EXPECT_EQ(config.optimizer().adafac_mlp().step_multiplier(), 0.001);
  EXPECT_EQ(config.tasks(0).image_mlp().dataset(), v1::DATASET_FASHION_MNIST);
  EXPECT_EQ(config.tasks(0).image_mlp().size(), 8u);
  EXPECT_EQ(config.tasks(0).image_mlp().batch(), 128u);
  EXPECT_EQ(config.tasks(1).weight(), 1);
  EXPECT_EQ(config.tasks(1).quadratic().kind(), v1::QUADRATIC_KIND_PLAIN);
  EXPECT_EQ(config.outer().optimizer().adam().epsilon_root(), 1e-8);
  EXPECT_EQ(config.aggregation(), v1::AGGREGATION_STRICT);
  EXPECT_EQ(config.engine(), v1::ENGINE_AUTO);
  EXPECT_EQ(config.checkpoint_every(), 50u);
  EXPECT_FALSE(config.outer().has_schedule()) << "an optional mapping without default stays absent";
}

TEST(ParseConfig, ReadsTheWholeRangeOfSeeds) {
  const auto parsed =
      ParseConfig(testing::Changed("seed: 7", "seed: 18446744073709551615"), "job.yaml");
  EXPECT_THAT(parsed.faults, IsEmpty());
  EXPECT_EQ(parsed.config.seed(), 18446744073709551615u);
}

TEST(ParseConfig, TakesTextLookingLikeANumberForAName) {
  const auto parsed = ParseConfig(testing::Changed("name: trial", "name: 010"), "job.yaml");
  EXPECT_THAT(parsed.faults, IsEmpty());
  EXPECT_EQ(parsed.config.name(), "010");
}

TEST(ParseConfig, AcceptsAByteOrderMarkWindowsLineEndsAndDocumentMarkers) {
  std::string yaml = "\xEF\xBB\xBF---\n";
  for (const char c : std::string(testing::kTrialYaml))
    yaml += c == '\n' ? "\r\n" : std::string(1, c);
  yaml += "...\r\n";
  EXPECT_THAT(testing::FaultsOf(yaml), IsEmpty());
}

TEST(ParseConfig, AcceptsAFileOfTheLargestSize) {
  std::string yaml = testing::kTrialYaml;
  yaml += "#";
  yaml.resize(kMaxConfigBytes, 'x');
  EXPECT_THAT(testing::FaultsOf(yaml), IsEmpty());
  yaml += 'x';
  EXPECT_THAT(testing::FaultsOf(yaml),
              ElementsAre("job.yaml:1:1: the file has 262145 bytes; a config has at most 262144"));
}

class LoadConfigTest : public ::testing::Test {
 protected:
  LoadConfigTest() {
    std::string name = (std::filesystem::temp_directory_path() / "paceline-config-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~LoadConfigTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& yaml) {
    const std::string path = folder_ + "/job.yaml";
    std::ofstream(path) << yaml;
    return path;
  }

  std::string folder_;
};

TEST_F(LoadConfigTest, ReadsAFileAndAppliesOverrides) {
  const std::vector<std::string> overrides = {"outer.steps=60"};
  const auto config = LoadConfig(Write(testing::kTrialYaml), overrides);
  ASSERT_TRUE(config.ok()) << config.status();
  v1::JobConfig expected = testing::TrialConfig();
  expected.mutable_outer()->set_steps(60);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*config, expected));
}

TEST_F(LoadConfigTest, ListsAllFaultsOnePerLine) {
  const std::string path = Write(testing::Changed("seed: 7\n", "sead: 7\nname: again\n"));
  const auto config = LoadConfig(path);
  EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(config.status().message(),
            path + ":2:1: unknown key \"sead\"; did you mean \"seed\"?\n" + path +
                ":3:1: duplicate key \"name\"; it was given first at 1:1: keep one");
}

TEST_F(LoadConfigTest, NamesAMissingFile) {
  const auto config = LoadConfig(folder_ + "/absent.yaml");
  EXPECT_EQ(config.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(config.status().message()), HasSubstr("absent.yaml"));
}

}  // namespace
}  // namespace paceline
