// `paceline evaluate` as a program: what it writes whatever kills it, and what it says of wrong
// input.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/process/complaint.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using testing::HasSubstr;

constexpr char kSuite[] = R"(name: small
seeds: 4
horizons: [400]
baselines: [adam, muon, soap]
tuning: {transferred: true, rates: 5, trials: 12, seeds: 2}
tasks:
  - task: {image_mlp: {hidden: [32], dataset: digits}}
  - task: {quadratic: {dimension: 20}}
)";

// The files of a folder and of those in it, by their paths.
std::map<std::string, std::string> FilesOf(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    files[std::filesystem::relative(entry.path(), folder)] = *ReadFile(entry.path().string());
  }
  return files;
}

class Evaluate : public testing::Test {
 protected:
  void SetUp() override { std::ofstream(In("small.yaml")) << kSuite; }

  std::string In(const std::string& name) const { return folder_.path() + "/" + name; }
  std::vector<std::string> Arguments(const std::string& out, const std::string& kept) const {
    return {"evaluate", In("small.yaml"), "--output",  In(out),
            "--kept",   In(kept),         "--threads", "2"};
  }

  // Of a file of outcomes and of its log.
  uintmax_t KeptBytes(const std::string& kept) const {
    uintmax_t bytes = 0;
    for (const std::string& name : {kept, kept + "-wal"}) {
      std::error_code none;
      const uintmax_t size = std::filesystem::file_size(In(name), none);
      if (!none) bytes += size;
    }
    return bytes;
  }

  const TemporaryFolder folder_;
};

TEST_F(Evaluate, KilledAgainAndAgainItEndsWithTheSameBytes) {
  const Finished whole = RunProgram("paceline", Arguments("whole", "a.sqlite"));
  ASSERT_EQ(whole.status, 0) << whole.err;
  EXPECT_THAT(whole.out, HasSubstr("Muon"));
  int kills = 0;
  for (int time = 0; time < 3; ++time) {
    const uintmax_t before = KeptBytes("b.sqlite");
    Process killed("paceline", Arguments("cut", "b.sqlite"));
    // In the middle: something more is kept.
    WaitUntil([&] { return KeptBytes("b.sqlite") > before + 8192 || !killed.running(); });
    killed.Signal(SIGKILL);
    kills += killed.Wait() == 128 + SIGKILL;
    EXPECT_FALSE(std::filesystem::exists(In("cut/evaluation.binpb")) && kills == 0);
  }
  EXPECT_GE(kills, 1);
  const Finished resumed = RunProgram("paceline", Arguments("cut", "b.sqlite"));
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  const auto expected = FilesOf(In("whole")), files = FilesOf(In("cut"));
  EXPECT_EQ(expected.size(), files.size());
  for (const auto& [name, bytes] : expected) {
    ASSERT_TRUE(files.contains(name)) << name;
    EXPECT_TRUE(files.at(name) == bytes) << name;
  }
  // And once more, now that everything is kept: the same, with other threads.
  auto again = Arguments("again", "b.sqlite");
  again.back() = "1";
  ASSERT_EQ(RunProgram("paceline", again).status, 0);
  EXPECT_TRUE(FilesOf(In("again")) == expected);
}

TEST_F(Evaluate, WrongInputIsToldWhereItIs) {
  const auto with = [&](std::vector<std::string> rest) {
    rest.insert(rest.begin(),
                {"evaluate", In("small.yaml"), "--output", In("out"), "--keep-nothing"});
    return RunProgram("paceline", rest);
  };
  ExpectComplaint(RunProgram("paceline", {"evaluate", In("none.yaml")}), 4, "none.yaml");
  ExpectComplaint(with({"--set", "seeds=1"}), 2, "--set seeds=1: seeds is 1");
  ExpectComplaint(with({"--optimizer", In("small.yaml")}), 2, "small.yaml");
  ExpectComplaint(with({"--optimizer", In("none.safetensors")}), 4, "none.safetensors");
  std::ofstream(In("text.sqlite")) << std::string(5000, 'x');
  ExpectComplaint(RunProgram("paceline", Arguments("out", "text.sqlite")), 2, "text.sqlite");
  EXPECT_FALSE(std::filesystem::exists(In("out/evaluation.binpb")));
}

}  // namespace
}  // namespace paceline
