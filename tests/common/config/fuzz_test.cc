// Random damage to configs and messages: never a crash, and what is accepted is valid.
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "common/base/file.h"
#include "common/config/config.h"
#include "tests/common/config/trial_config.h"

namespace paceline {
namespace {

constexpr uint64_t kSeed = 20240607;

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  size_t Below(size_t bound) { return random_() % bound; }

  void Mutate(std::string& text) {
    static const std::vector<std::string> kPieces = {"{",
                                                     "}",
                                                     "[",
                                                     "]",
                                                     ":",
                                                     ": ",
                                                     ", ",
                                                     "- ",
                                                     "\n",
                                                     "  ",
                                                     "\t",
                                                     "#",
                                                     "\"",
                                                     "'",
                                                     "&a ",
                                                     "*a",
                                                     "!x ",
                                                     "<<: ",
                                                     "---\n",
                                                     "~",
                                                     "null",
                                                     "0",
                                                     "-1",
                                                     "1e9",
                                                     "010",
                                                     ".nan",
                                                     "0x1",
                                                     "1_0",
                                                     "99999999999999999999",
                                                     "|\n",
                                                     "? ",
                                                     "%",
                                                     "\\",
                                                     "\r\n",
                                                     "pes",
                                                     "nres",
                                                     "steps",
                                                     "name: ",
                                                     "hidden",
                                                     "fused",
                                                     std::string(1, '\0'),
                                                     "\xC3",
                                                     "\xEF\xBB\xBF"};
    const size_t at = Below(text.size() + 1);
    const size_t length = std::min(Below(8), text.size() - at);
    switch (Below(5)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, kPieces[Below(kPieces.size())]);
        break;
      case 2:
        text.replace(at, length, kPieces[Below(kPieces.size())]);
        break;
      case 3:
        text.insert(at, text.substr(Below(text.size() + 1), Below(60)));
        break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(Below(256));
    }
  }

 private:
  std::mt19937_64 random_;
};

void ExpectFaultsOrValid(const std::string& yaml, const std::vector<std::string>& overrides) {
  const ParsedConfig parsed = ParseConfig(yaml, "fuzz.yaml", overrides);
  for (const Fault& fault : parsed.faults) {
    ASSERT_FALSE(fault.message.empty());
    ASSERT_EQ(fault.message.find('\n'), std::string::npos) << fault.message;
  }
  if (!parsed.faults.empty()) return;
  ASSERT_TRUE(CheckConfig(parsed.config).empty()) << CheckConfig(parsed.config).front() << "\n"
                                                  << yaml;
  const ParsedConfig again = ParseConfig(PrintConfig(parsed.config), "printed.yaml");
  ASSERT_TRUE(again.faults.empty()) << again.faults.front().ToString();
  ASSERT_TRUE(google::protobuf::util::MessageDifferencer::Equals(again.config, parsed.config))
      << yaml;
}

TEST(Fuzz, DamagedYamlHasFaultsOrIsValid) {
  std::cout << "seed " << kSeed << "\n";
  std::vector<std::string> corpus = {testing::kTrialYaml};
  for (const auto& entry : std::filesystem::directory_iterator("configs")) {
    if (!entry.is_regular_file()) continue;
    corpus.push_back(*ReadFile(entry.path().string()));
  }
  std::sort(corpus.begin(), corpus.end());
  Mutator mutator(kSeed);
  for (int round = 0; round < 1500 && !HasFatalFailure(); ++round) {
    std::string yaml = corpus[mutator.Below(corpus.size())];
    for (size_t edits = 1 + mutator.Below(4); edits > 0; --edits) mutator.Mutate(yaml);
    SCOPED_TRACE(::testing::Message() << "round " << round);
    ExpectFaultsOrValid(yaml, {});
  }
}

TEST(Fuzz, DamagedOverridesHaveFaultsOrAreValid) {
  std::cout << "seed " << kSeed << "\n";
  Mutator mutator(kSeed);
  for (int round = 0; round < 1500 && !HasFatalFailure(); ++round) {
    std::vector<std::string> overrides = {"tasks[0].image_mlp.hidden[0]=16",
                                          "estimator={pes: {window: 5}, particles: 8}"};
    for (std::string& override : overrides) {
      for (size_t edits = mutator.Below(4); edits > 0; --edits) mutator.Mutate(override);
    }
    SCOPED_TRACE(::testing::Message()
                 << "round " << round << ": " << overrides[0] << " " << overrides[1]);
    ExpectFaultsOrValid(testing::kTrialYaml, overrides);
  }
}

TEST(Fuzz, DamagedMessagesAreCheckedAndPrinted) {
  std::cout << "seed " << kSeed << "\n";
  Mutator mutator(kSeed);
  const google::protobuf::LogSilencer quiet;
  const std::string bytes = testing::TrialConfig().SerializeAsString();
  int parsed_messages = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string damaged = bytes;
    for (size_t edits = 1 + mutator.Below(6); edits > 0; --edits) {
      damaged[mutator.Below(damaged.size())] = static_cast<char>(mutator.Below(256));
    }
    v1::JobConfig config;
    if (!config.ParseFromString(damaged)) continue;
    config.DiscardUnknownFields();  // refused, but not printed
    ++parsed_messages;
    const bool valid = CheckConfig(config).empty();
    const std::string printed = PrintConfig(config);
    ASSERT_EQ(valid, ParseConfig(printed, "printed.yaml").faults.empty())
        << "round " << round << "\n"
        << printed;
  }
  EXPECT_GT(parsed_messages, 500);
}

}  // namespace
}  // namespace paceline
