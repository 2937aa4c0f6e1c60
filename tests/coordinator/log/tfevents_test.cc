#include "coordinator/log/tfevents.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <string>

#include "coordinator/log/crc32c.h"
#include "coordinator/log/outer_log.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

TEST(TfRecordTest, AFrameIsLengthChecksumMessageChecksum) {
  const std::string frame = FrameTfRecord("abc");
  ASSERT_EQ(frame.size(), 8u + 4u + 3u + 4u);
  EXPECT_EQ(frame.substr(0, 8), std::string("\3\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(frame.substr(12, 3), "abc");
  uint32_t checksum = 0;
  for (int i = 3; i >= 0; --i) checksum = checksum << 8 | static_cast<uint8_t>(frame[15 + i]);
  EXPECT_EQ(checksum, MaskedCrc32c("abc"));
}

// Prints {"tags": [...], "loss": [[step, value], ...], "version": ...} as TensorBoard understands a
// folder.
constexpr char kReader[] = R"(
import json, sys
from tensorboard.backend.event_processing import event_accumulator, event_file_loader
import glob
folder = sys.argv[1]
events = event_accumulator.EventAccumulator(folder)
events.Reload()
first = next(iter(event_file_loader.EventFileLoader(sorted(glob.glob(folder + '/*'))[0]).Load()))
loss = [[e.step, e.value if e.value == e.value else 'nan'] for e in events.Scalars('outer/mean_loss')]
print(json.dumps({'tags': sorted(events.Tags()['scalars']), 'loss': loss,
                  'wall': events.Scalars('outer/mean_loss')[0].wall_time,
                  'version': first.file_version}))
)";

std::string PythonWithTensorBoard() {
  const char* deps = std::getenv("PACELINE_DEPS");
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const std::string folder = deps    ? deps
                             : cache ? std::string(cache) + "/paceline"
                                     : std::string(home ? home : "") + "/.cache/paceline";
  return folder + "/testing/venv/bin/python";
}

std::string OutputOf(const std::string& command) {
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string output;
  std::array<char, 4096> buffer;
  while (const size_t count = fread(buffer.data(), 1, buffer.size(), pipe.get())) {
    output.append(buffer.data(), count);
  }
  return output;
}

class TensorBoardTest : public testing::Test {
 protected:
  void SetUp() override {
    python_ = PythonWithTensorBoard();
    if (!std::filesystem::exists(python_)) {
      GTEST_SKIP() << "NOT TESTED: TensorBoard is not at " << python_ << "; run deploy/setup.sh";
    }
    folder_ = testing::TempDir() + "tfevents_" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  void WriteSteps(int64_t committed, int64_t last, double loss) {
    auto log = OuterLog::Open(folder_, "demo", committed, Clock::Real());
    ASSERT_TRUE(log.ok()) << log.status();
    for (int64_t step = committed + 1; step <= last; ++step) {
      v1::OuterStepRecord record;
      record.set_step(step);
      record.set_mean_loss(loss);
      record.set_unix_ms(1'700'000'000'250);
      ASSERT_TRUE((*log)->Append(record).ok());
    }
  }
  nlohmann::json WhatTensorBoardReads() {
    const std::string script = folder_ + "/reader.py";
    std::ofstream(script) << kReader;
    const std::string output =
        OutputOf("'" + python_ + "' '" + script + "' '" + folder_ + "/tensorboard' 2>&1");
    const size_t begin = output.rfind("\n{");
    const auto json = nlohmann::json::parse(
        begin == std::string::npos ? output : output.substr(begin + 1), nullptr, false);
    EXPECT_TRUE(json.is_object()) << output;
    return json;
  }

  std::string python_;
  std::string folder_;
};

TEST_F(TensorBoardTest, ReadsWhatWasLogged) {
  WriteSteps(0, 3, 1.5);
  const nlohmann::json read = WhatTensorBoardReads();
  EXPECT_EQ(read["version"], "brain.Event:2");
  EXPECT_EQ(read["loss"], nlohmann::json::parse("[[1, 1.5], [2, 1.5], [3, 1.5]]"));
  EXPECT_EQ(read["wall"], 1'700'000'000.25);
  EXPECT_EQ(read["tags"].size(), 12u);
}

TEST_F(TensorBoardTest, ForgetsUncommittedStepsAfterARestart) {
  WriteSteps(0, 4, 1.5);
  WriteSteps(2, 3, 2.5);
  EXPECT_EQ(WhatTensorBoardReads()["loss"],
            nlohmann::json::parse("[[1, 1.5], [2, 1.5], [3, 2.5]]"));
}

TEST_F(TensorBoardTest, ReadsALossThatIsNotANumber) {
  WriteSteps(0, 1, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(WhatTensorBoardReads()["loss"], nlohmann::json::parse(R"([[1, "nan"]])"));
}

}  // namespace
}  // namespace paceline
