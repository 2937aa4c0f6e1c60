#include "worker/snapshot/snapshot_folder.h"

#include <sys/resource.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "common/base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "spdlog/sinks/ostream_sink.h"
#include "spdlog/spdlog.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr int64_t kDayMillis = 24 * 3600 * 1000;
constexpr char kJob[] = "job\nconfig abc\n";

class SnapshotFolderTest : public ::testing::Test {
 protected:
  static TensorFile State(float value) {
    TensorFile state;
    state.tensors["a"] = Tensor::F32({1}, std::vector<float>{value});
    return state;
  }
  float ValueOf(const SnapshotName& name) {
    float value = 0;
    const absl::Status status = folder_.Read(kJob, name, [&](const TensorFileView& state) {
      std::memcpy(&value, state.tensors.at("a").data.data(), sizeof value);
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return value;
  }
  std::vector<int64_t> Steps() {
    std::vector<int64_t> steps;
    for (const SnapshotName& name : folder_.List(kJob)) steps.push_back(name.step);
    return steps;
  }
  static int64_t Now() { return Clock::Real().UnixMillis(); }

  TemporaryFolder temporary_;
  const std::string path_ = temporary_.path() + "/made/when/needed";
  SnapshotFolder folder_{path_};
};

TEST_F(SnapshotFolderTest, WhatIsWrittenIsThereForAllWhoShareTheFolder) {
  EXPECT_THAT(folder_.List(kJob), SizeIs(0));
  EXPECT_GT(folder_.Write(kJob, {3, 12, 77}, State(5)), 8u);
  SnapshotFolder other(path_);
  EXPECT_THAT(other.List(kJob), UnorderedElementsAre(SnapshotName{3, 12, 77}));
  EXPECT_THAT(other.List("another job"), SizeIs(0));
  EXPECT_EQ(ValueOf({3, 12, 77}), 5);
  EXPECT_TRUE(absl::IsNotFound(
      folder_.Read(kJob, {3, 13, 77}, [](const auto&) { return absl::OkStatus(); })));
}

TEST_F(SnapshotFolderTest, ABlockHasTwoAtMost) {
  for (int64_t step = 4; step <= 40; step += 4) {
    EXPECT_TRUE(folder_.Write(kJob, {3, step, 77}, State(1)));
  }
  EXPECT_TRUE(folder_.Write(kJob, {4, 1, 77}, State(1)));
  EXPECT_THAT(Steps(), UnorderedElementsAre(36, 40, 1));
}

TEST_F(SnapshotFolderTest, ADamagedOneIsRefused) {
  folder_.Write(kJob, {3, 12, 77}, State(5));
  fs::resize_file(folder_.PathOf(kJob, {3, 12, 77}), 100);
  const absl::Status status =
      folder_.Read(kJob, {3, 12, 77}, [](const auto&) { return absl::OkStatus(); });
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
}

// A limit on the size of files is as good as a full disk.
TEST_F(SnapshotFolderTest, AFullDiskLeavesNothingHalf) {
  ASSERT_TRUE(folder_.Write(kJob, {3, 12, 77}, State(5)));
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{.rlim_cur = 64, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const auto bytes = folder_.Write(kJob, {3, 16, 77}, State(5));
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(bytes, std::nullopt);
  EXPECT_THAT(Steps(), UnorderedElementsAre(12));
  const fs::path job = fs::path(folder_.PathOf(kJob, {3, 12, 77})).parent_path();
  EXPECT_EQ(std::distance(fs::directory_iterator(job), fs::directory_iterator()), 1);
  EXPECT_TRUE(folder_.Write(kJob, {3, 16, 77}, State(5)));
}

TEST_F(SnapshotFolderTest, AJobThatIsOverLeavesNothingButWhatIsNotOurs) {
  folder_.Write(kJob, {3, 12, 77}, State(5));
  folder_.Write("another job", {3, 12, 77}, State(6));
  const std::string path = folder_.PathOf(kJob, {3, 12, 77});
  std::ofstream(path + ".4711-0.tmp") << "a writer was killed";
  const fs::path mine = fs::path(path).parent_path() / "mine.txt";
  std::ofstream(mine) << "precious";
  folder_.Remove(kJob);
  EXPECT_THAT(Steps(), SizeIs(0));
  EXPECT_FALSE(fs::exists(path + ".4711-0.tmp"));
  EXPECT_TRUE(fs::exists(mine));
  EXPECT_THAT(folder_.List("another job"), SizeIs(1));
  fs::remove(mine);
  folder_.Remove(kJob);
  EXPECT_FALSE(fs::exists(mine.parent_path()));
}

TEST_F(SnapshotFolderTest, OnlyOldSnapshotsOfEarlierLivesAreRemoved) {
  folder_.Write(kJob, {3, 12, 77}, State(5));
  const fs::path notes = path_ + "/notes";
  fs::create_directories(notes);
  std::ofstream(notes / fs::path(folder_.PathOf(kJob, {3, 12, 77})).filename()) << "not ours";
  folder_.RemoveLeftBehind(Now());
  EXPECT_THAT(Steps(), SizeIs(1));
  folder_.RemoveLeftBehind(Now() + 15 * kDayMillis);
  EXPECT_THAT(Steps(), SizeIs(0));
  EXPECT_THAT(std::distance(fs::directory_iterator(path_), fs::directory_iterator()), 1);
  EXPECT_FALSE(fs::is_empty(notes));
}

TEST_F(SnapshotFolderTest, WhatCannotBeWrittenIsSaidOnceAndAgainWhenItCan) {
  std::ostringstream log;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)));
  fs::create_directories(fs::path(path_).parent_path());
  std::ofstream(path_) << "a file where the folder should be";
  EXPECT_EQ(folder_.Write(kJob, {3, 12, 77}, State(5)), std::nullopt);
  EXPECT_EQ(folder_.Write(kJob, {3, 16, 77}, State(5)), std::nullopt);
  const std::string said = log.str();
  fs::remove(path_);
  EXPECT_TRUE(folder_.Write(kJob, {3, 20, 77}, State(5)));
  spdlog::set_default_logger(before);
  EXPECT_THAT(said, HasSubstr("no snapshots can be written: cannot make folder"));
  EXPECT_EQ(said.find("no snapshots"), said.rfind("no snapshots"));
  EXPECT_THAT(log.str(), HasSubstr("snapshots can be written again"));
}

}  // namespace
}  // namespace paceline
