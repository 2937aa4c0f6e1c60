#include "coordinator/store/anchor.h"

#include <filesystem>

#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

Anchor Sample(uint64_t version) {
  Anchor anchor{.version = version, .incarnation = 3, .jobs = {}};
  anchor.jobs.push_back({.name = "a",
                         .birth = std::string(32, 'b'),
                         .state_digest = std::string(32, 's'),
                         .state = v1::JOB_STATE_RUNNING,
                         .step = static_cast<int64_t>(version),
                         .chain = std::string(32, 'c'),
                         .theta_hash = 0xfedcba9876543210,
                         .owed_step = 9,
                         .owed_theta_hash = 8});
  anchor.jobs.push_back({.name = "b"});
  return anchor;
}

class AnchorTest : public ::testing::Test {
 protected:
  std::string Path(int file) const { return database_ + "-anchor" + std::to_string(file); }
  void Write(uint64_t first, uint64_t last) {
    auto file = AnchorFile::Open(database_);
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE(file->Reserve(2).ok());
    for (uint64_t version = first; version <= last; ++version) {
      ASSERT_TRUE(file->Write(Sample(version)).ok());
    }
  }
  uint64_t Version() {
    const auto anchor = ReadAnchor(database_);
    EXPECT_TRUE(anchor.ok()) << anchor.status();
    return anchor.ok() && *anchor ? (*anchor)->version : 0;
  }
  // The file whose anchor is of that version.
  int FileOf(uint64_t version) {
    for (int file : {0, 1}) {
      const auto anchor = DecodeAnchor(*ReadFile(Path(file)));
      if (anchor.ok() && anchor->version == version) return file;
    }
    return -1;
  }

  TemporaryFolder folder_;
  const std::string database_ = folder_.path() + "/coordinator.db";
};

TEST_F(AnchorTest, ComesBackAsItWas) {
  const auto back = DecodeAnchor(EncodeAnchor(Sample(7)));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, Sample(7));
}

TEST_F(AnchorTest, EveryTruncationAndEveryFlippedBitIsDataLoss) {
  const std::string bytes = EncodeAnchor(Sample(7));
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeAnchor(bytes.substr(0, size)).status())) << size;
  }
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_TRUE(absl::IsDataLoss(DecodeAnchor(damaged).status())) << bit;
  }
}

TEST_F(AnchorTest, ThereIsNoneBeforeTheFirstIsWritten) {
  EXPECT_EQ(*ReadAnchor(database_), std::nullopt);
  ASSERT_TRUE(AnchorFile::Open(database_)->Reserve(1).ok());
  EXPECT_EQ(*ReadAnchor(database_), std::nullopt);
}

TEST_F(AnchorTest, TheNewestCountsAndALaterLifeKeepsIt) {
  Write(1, 4);
  EXPECT_EQ(*ReadAnchor(database_), Sample(4));
  ASSERT_TRUE(AnchorFile::Open(database_).ok());
  EXPECT_EQ(Version(), 4u);
  Write(5, 5);
  EXPECT_EQ(Version(), 5u);
  EXPECT_GE(FileOf(4), 0) << "the file of version 4 was to be kept while version 5 was written";
}

TEST_F(AnchorTest, WhereOneOfTheFilesIsDamagedTheOtherCounts) {
  Write(1, 4);
  const int newest = FileOf(4);
  std::filesystem::resize_file(Path(newest), 20);
  EXPECT_EQ(Version(), 3u);
  Write(4, 4);
  EXPECT_EQ(FileOf(4), newest);
  std::filesystem::remove(Path(1 - newest));
  EXPECT_EQ(Version(), 4u);
}

TEST_F(AnchorTest, WhereNeitherIsWholeItIsDataLossThatNamesThem) {
  Write(1, 4);
  for (int file : {0, 1}) std::filesystem::resize_file(Path(file), 20);
  const auto anchor = ReadAnchor(database_);
  EXPECT_TRUE(absl::IsDataLoss(anchor.status()));
  EXPECT_THAT(std::string(anchor.status().message()), HasSubstr(Path(0)));
}

TEST_F(AnchorTest, AShorterAnchorHidesWhatALongerOneLeft) {
  auto file = AnchorFile::Open(database_);
  ASSERT_TRUE(file.ok());
  Anchor many = Sample(1);
  for (int i = 0; i < 100; ++i) many.jobs.push_back({.name = std::to_string(i)});
  ASSERT_TRUE(file->Reserve(many.jobs.size()).ok());
  ASSERT_TRUE(file->Write(many).ok());
  ASSERT_TRUE(file->Write(Sample(2)).ok());
  ASSERT_TRUE(file->Write(Sample(3)).ok());
  EXPECT_EQ(*ReadAnchor(database_), Sample(3));
}

}  // namespace
}  // namespace paceline
