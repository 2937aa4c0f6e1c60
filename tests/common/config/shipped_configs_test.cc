// configs/*.yaml work as they are and explain themselves.
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "common/base/file.h"
#include "common/config/config.h"

namespace paceline {
namespace {

std::vector<std::string> ShippedConfigs() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator("configs")) {
    if (entry.is_regular_file()) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool IsComment(const std::string& line) { return line[line.find_first_not_of(' ')] == '#'; }

// Lines that hold a key and have no comment beside them or on the line above.
std::vector<std::string> UncommentedKeys(const std::string& yaml) {
  std::vector<std::string> bare;
  std::istringstream lines(yaml);
  bool after_comment = false;
  for (std::string line; std::getline(lines, line);) {
    const bool blank = line.find_first_not_of(' ') == std::string::npos;
    const bool comment = !blank && IsComment(line);
    if (!blank && !comment && !after_comment && line.find(" # ") == std::string::npos)
      bare.push_back(line);
    after_comment = comment;
  }
  return bare;
}

TEST(ShippedConfigs, AreThere) { EXPECT_GE(ShippedConfigs().size(), 11u); }

TEST(ShippedConfigs, HaveNoFaults) {
  for (const std::string& path : ShippedConfigs()) {
    const auto config = LoadConfig(path);
    EXPECT_TRUE(config.ok()) << config.status();
  }
}

TEST(ShippedConfigs, AreCommentedOnEveryLineWithAKey) {
  EXPECT_THAT(UncommentedKeys("a: 1\n# about b\nb: 2\nc: # of c\n  d: 3\n"),
              ::testing::ElementsAre("a: 1", "  d: 3"));
  for (const std::string& path : ShippedConfigs()) {
    EXPECT_THAT(UncommentedKeys(*ReadFile(path)), ::testing::IsEmpty()) << path;
  }
}

TEST(ShippedConfigs, BeginWithWhatTheJobIsFor) {
  for (const std::string& path : ShippedConfigs()) {
    EXPECT_TRUE(ReadFile(path)->starts_with("# ")) << path;
  }
}

TEST(ShippedConfigs, AreNamedAfterTheirFiles) {
  for (const std::string& path : ShippedConfigs()) {
    EXPECT_EQ(LoadConfig(path)->name(), std::filesystem::path(path).stem()) << path;
  }
}

TEST(ShippedConfigs, ArePrintedAndReadBackUnchanged) {
  for (const std::string& path : ShippedConfigs()) {
    const v1::JobConfig config = *LoadConfig(path);
    const ParsedConfig again = ParseConfig(PrintConfig(config), path);
    EXPECT_TRUE(again.faults.empty()) << path;
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(again.config, config)) << path;
  }
}

TEST(ShippedConfigs, ShowEveryEstimator) {
  std::set<int> kinds;
  for (const std::string& path : ShippedConfigs())
    kinds.insert(LoadConfig(path)->estimator().kind_case());
  EXPECT_EQ(kinds.size(), 5u);
}

}  // namespace
}  // namespace paceline
