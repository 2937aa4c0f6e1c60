#include "coordinator/store/data_folder.h"

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

TEST(DataFolderTest, AFileInItsPlaceIsAnError) {
  TemporaryFolder folder;
  ASSERT_TRUE(WriteFileAtomically(folder.path() + "/file", "x").ok());
  EXPECT_FALSE(DataFolder::Open(folder.path() + "/file").ok());
}

}  // namespace
}  // namespace paceline
