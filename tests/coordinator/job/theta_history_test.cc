#include "coordinator/job/theta_history.h"

#include <filesystem>
#include <fstream>
#include <functional>

#include "absl/strings/str_format.h"
#include "common/base/digest.h"
#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"
#include "tests/testing/store_files.h"

namespace paceline {
namespace {

constexpr size_t kValues = 4;
constexpr uint64_t kThetaBytes = kValues * sizeof(float);

std::vector<float> ThetaOf(int64_t step) {
  return std::vector<float>(kValues, static_cast<float>(step));
}

// All in memory, or all but two versions in files of three.
class ThetaHistoryTest : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) history_ = ThetaHistory(FileOptions());
  }
  ThetaHistory::Options FileOptions(char identity = 'i') const {
    return {.folder = files_,
            .identity = std::string(ThetaSegment::kIdentityBytes, identity),
            .memory_bytes = 2 * kThetaBytes,
            .segment_bytes = 3 * (kThetaBytes + 16)};
  }
  void PushSteps(int64_t first, int64_t last) {
    for (int64_t step = first; step <= last; ++step) {
      const std::vector<float> theta = ThetaOf(step);
      history_.Push("j", step, ThetaHash("j", step, theta), theta);
    }
  }
  // Reads them all; false if there is none such.
  bool Holds(int64_t first, int64_t last) {
    const auto range = history_.Range(first, last);
    if (!range.ok()) return false;
    EXPECT_EQ(range->size(), last - first + 1);
    ExpectSteps(*range, first);
    return true;
  }
  static void ExpectSteps(const ThetaRange& range, int64_t first) {
    for (int64_t i = 0; i < range.size(); ++i) {
      const auto theta = range.At(i);
      ASSERT_TRUE(theta.ok()) << theta.status();
      EXPECT_EQ(theta->job(), "j");
      EXPECT_EQ(theta->step(), first + i);
      EXPECT_EQ(theta->hash(), ThetaHash("j", first + i, ThetaOf(first + i)));
      EXPECT_EQ(theta->values(), FloatsToBytes(ThetaOf(first + i)));
    }
  }
  int Files() const {
    std::error_code none;
    int files = 0;
    for (const auto& file : std::filesystem::directory_iterator(files_, none)) {
      files += file.is_regular_file();
    }
    return files;
  }

  TemporaryFolder folder_;
  const std::string files_ = folder_.path() + "/history";
  ThetaHistory history_;
};

INSTANTIATE_TEST_SUITE_P(Places, ThetaHistoryTest, ::testing::Bool(),
                         [](const auto& files) { return files.param ? "InFiles" : "InMemory"; });

TEST_P(ThetaHistoryTest, GivesAnyRangeThatItHolds) {
  PushSteps(3, 19);
  for (int64_t first = 3; first <= 19; ++first) {
    for (int64_t last = first; last <= 19; ++last) EXPECT_TRUE(Holds(first, last)) << first << last;
  }
}

TEST_P(ThetaHistoryTest, VersionsThatAreTooOldOrNotThereYetAreOutOfRange) {
  PushSteps(3, 9);
  history_.DropBefore(5);
  EXPECT_TRUE(absl::IsOutOfRange(history_.Range(4, 9).status()));
  EXPECT_TRUE(absl::IsOutOfRange(history_.Range(5, 10).status()));
  EXPECT_TRUE(absl::IsOutOfRange(history_.Range(-1, 5).status()));
  EXPECT_TRUE(Holds(5, 9));
}

TEST_P(ThetaHistoryTest, AnEmptyRangeIsInvalid) {
  PushSteps(3, 9);
  EXPECT_TRUE(absl::IsInvalidArgument(history_.Range(6, 5).status()));
}

TEST_P(ThetaHistoryTest, AnEmptyHistoryHasNothing) {
  EXPECT_TRUE(absl::IsOutOfRange(history_.Range(0, 0).status()));
}

TEST_P(ThetaHistoryTest, KeepsTheNewestWhateverIsDropped) {
  PushSteps(3, 9);
  history_.DropBefore(1000);
  EXPECT_EQ(history_.newest()->theta().step(), 9);
  PushSteps(10, 12);
  EXPECT_TRUE(Holds(9, 12));
}

TEST_P(ThetaHistoryTest, HoldsWhatIsNeededWhileEpisodesComeAndGo) {
  for (int64_t step = 0; step < 200; ++step) {
    PushSteps(step, step);
    const int64_t oldest = std::max<int64_t>(0, step - step % 17);
    history_.DropBefore(oldest);
    ASSERT_TRUE(Holds(oldest, step)) << step;
    ASSERT_FALSE(Holds(oldest - 1, step)) << step;
  }
}

TEST_P(ThetaHistoryTest, MemoryIsBoundedAndTheRestLiesInFilesThatGoWithTheirVersions) {
  PushSteps(0, 99);
  EXPECT_EQ(history_.bytes_in_memory(), (GetParam() ? 2 : 100) * kThetaBytes);
  EXPECT_EQ(history_.bytes_on_disk(), GetParam() ? 98 * (kThetaBytes + 16) : 0);
  EXPECT_EQ(Files(), GetParam() ? 33 : 0);
  history_.DropBefore(50);
  EXPECT_LE(Files(), 17);
  history_.DropBefore(99);
  EXPECT_EQ(Files(), 0);
  EXPECT_EQ(history_.bytes_on_disk(), 0u);
}

TEST_P(ThetaHistoryTest, ARangeOutlivesItsHistory) {
  PushSteps(0, 20);
  const auto range = history_.Range(2, 20);
  ASSERT_TRUE(range.ok());
  history_.DropBefore(20);
  history_ = ThetaHistory(FileOptions());
  PushSteps(0, 9);
  ExpectSteps(*range, 2);
}

class ThetaFilesTest : public ThetaHistoryTest {
 protected:
  // That begins with the step.
  std::string FileOf(int64_t step) const {
    return absl::StrFormat("%s/theta-%09d-0.bin", files_, step);
  }
};
INSTANTIATE_TEST_SUITE_P(Places, ThetaFilesTest, ::testing::Values(true));

TEST_P(ThetaFilesTest, EveryFlippedBitAndEveryTruncationIsDataLossThatNamesTheFile) {
  PushSteps(0, 4);
  const std::string file = std::filesystem::directory_iterator(files_)->path();
  const std::string whole = *ReadFile(file);
  constexpr size_t kHead = ThetaSegment::kIdentityBytes;
  ASSERT_EQ(whole.size(), kHead + 3 * (kThetaBytes + 16));
  for (size_t bit = 8 * kHead; bit < 8 * whole.size(); ++bit) {
    FlipBit(file, bit);
    const auto theta =
        history_.Range(0, 2)->At(static_cast<int64_t>((bit / 8 - kHead) / (kThetaBytes + 16)));
    EXPECT_TRUE(absl::IsDataLoss(theta.status())) << bit;
    EXPECT_THAT(std::string(theta.status().message()), ::testing::HasSubstr(file));
    FlipBit(file, bit);
  }
  EXPECT_TRUE(Holds(0, 4));
  for (size_t size = 0; size < whole.size(); ++size) {
    std::filesystem::resize_file(file, size);
    EXPECT_TRUE(absl::IsDataLoss(history_.Range(2, 2)->At(0).status())) << size;
    std::ofstream(file, std::ios::binary) << whole;
  }
}

TEST_P(ThetaFilesTest, AnotherLifeGoesOnWithTheFiles) {
  PushSteps(0, 20);
  history_ = ThetaHistory(FileOptions());
  // 19 and 20 were in memory.
  ASSERT_EQ(history_.Adopt("j", 0, 20, kThetaBytes), 19);
  PushSteps(19, 25);
  EXPECT_TRUE(Holds(0, 25));
  history_.DropBefore(25);
  EXPECT_EQ(Files(), 0);
}

TEST_P(ThetaFilesTest, WhatIsOfNoUseIsRemoved) {
  const struct {
    const char* name;
    std::function<void()> change;
    int64_t oldest, newest, first;
  } cases[] = {
      {"all of use", [] {}, 0, 20, 19},
      {"older ones are dropped", [] {}, 7, 20, 19},
      {"newer ones are cut off: the store has lost them", [] {}, 0, 10, 10},
      {"all newer", [] {}, 0, 0, 0},
      {"needed are older ones", [] {}, -5, 20, -5},
      {"of another job", [this] { history_ = ThetaHistory(FileOptions('o')); }, 0, 20, 0},
      {"none", [this] { std::filesystem::remove_all(files_); }, 0, 20, 0},
      {"a gap", [this] { std::filesystem::remove(FileOf(6)); }, 0, 20, 6},
      {"the first is gone", [this] { std::filesystem::remove(FileOf(0)); }, 0, 20, 0},
      {"one is torn", [this] { std::filesystem::resize_file(FileOf(6), 100); }, 0, 20, 8},
      {"one is damaged", [this] { FlipBit(FileOf(6), 8 * 60); }, 0, 20, 6},
      {"one is empty", [this] { std::filesystem::resize_file(FileOf(18), 0); }, 0, 20, 18},
      {"a file of somebody's", [this] { std::ofstream(files_ + "/x") << "x"; }, 0, 20, 19},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    std::filesystem::remove_all(files_);
    history_ = ThetaHistory(FileOptions());
    PushSteps(0, 20);
    history_ = ThetaHistory(FileOptions());
    c.change();
    ASSERT_EQ(history_.Adopt("j", c.oldest, c.newest, kThetaBytes), c.first);
    PushSteps(c.first, c.newest);
    EXPECT_TRUE(Holds(c.oldest, c.newest));
    PushSteps(c.newest + 1, 30);
    EXPECT_TRUE(Holds(c.oldest, 30));
    history_.DropBefore(30);
    EXPECT_EQ(Files(), 0);
  }
}

TEST_P(ThetaFilesTest, WhereNoFileCanBeWrittenAllStaysInMemory) {
  ASSERT_TRUE(WriteFileAtomically(files_, "in the way").ok());
  history_ = ThetaHistory({.folder = files_ + "/below", .memory_bytes = 2 * kThetaBytes});
  PushSteps(0, 9);
  EXPECT_TRUE(Holds(0, 9));
  EXPECT_EQ(history_.bytes_in_memory(), 10 * kThetaBytes);
  std::filesystem::remove(files_);
  PushSteps(10, 10);
  EXPECT_TRUE(Holds(0, 10));
  EXPECT_EQ(history_.bytes_in_memory(), 2 * kThetaBytes) << "it was not caught up with";
}

}  // namespace
}  // namespace paceline
