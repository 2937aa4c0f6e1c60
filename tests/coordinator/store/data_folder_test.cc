#include "coordinator/store/data_folder.h"

#include <sys/stat.h>

#include <optional>

#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

TEST(DataFolderTest, IsMadeWhereThereIsNone) {
  TemporaryFolder folder;
  const auto data = DataFolder::Open(folder.path() + "/a/b");
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(data->database(), folder.path() + "/a/b/coordinator.db");
}

TEST(DataFolderTest, BelongsToOneCoordinatorAtATime) {
  TemporaryFolder folder;
  auto first = DataFolder::Open(folder.path());
  ASSERT_TRUE(first.ok()) << first.status();
  {
    DataFolder owner = *std::move(first);
    const auto second = DataFolder::Open(folder.path());
    EXPECT_TRUE(absl::IsFailedPrecondition(second.status()));
    EXPECT_THAT(std::string(second.status().message()),
                testing::HasSubstr("another coordinator is working in this folder"));
  }
  EXPECT_TRUE(DataFolder::Open(folder.path()).ok());
}

mode_t ModeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777;
}

TEST(DataFolderTest, WhatOthersCouldReadBecomesPrivateAndIsToldOfOnce) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/data";
  ASSERT_TRUE(MakeFolder(path + "/jobs/old").ok());
  for (const char* name : {"/lock", "/coordinator.db", "/coordinator.db-wal", "/address"}) {
    ASSERT_TRUE(WriteFileAtomically(path + name, "x").ok());
    chmod((path + name).c_str(), 0644);
  }
  chmod((path + "/jobs").c_str(), 0755);
  chmod(path.c_str(), 0755);
  EXPECT_TRUE(DataFolder::Open(path)->was_open());
  for (const char* name : {"/coordinator.db", "/coordinator.db-wal", "/address"}) {
    EXPECT_EQ(ModeOf(path + name), 0600u) << name;
  }
  EXPECT_EQ(ModeOf(path + "/jobs"), 0700u);
  EXPECT_EQ(ModeOf(path), 0700u);
  EXPECT_FALSE(DataFolder::Open(path)->was_open());
}

TEST(DataFolderTest, AFolderOfOtherThingsKeepsItsMode) {
  TemporaryFolder folder;
  ASSERT_TRUE(WriteFileAtomically(folder.path() + "/precious", "x").ok());
  chmod(folder.path().c_str(), 0755);
  ASSERT_TRUE(DataFolder::Open(folder.path()).ok());
  EXPECT_EQ(ModeOf(folder.path()), 0755u);
}

TEST(DataFolderTest, AFileInItsPlaceIsAnError) {
  TemporaryFolder folder;
  ASSERT_TRUE(WriteFileAtomically(folder.path() + "/file", "x").ok());
  EXPECT_FALSE(DataFolder::Open(folder.path() + "/file").ok());
}

}  // namespace
}  // namespace paceline
