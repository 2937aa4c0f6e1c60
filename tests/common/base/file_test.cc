#include "common/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace paceline {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  Files() {
    std::string pattern = fs::temp_directory_path() / "paceline-file-test-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~Files() override { fs::remove_all(folder_); }
  std::string In(const std::string& name) const { return folder_ + "/" + name; }
  size_t Entries() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  static void ExpectError(const absl::Status& status, absl::StatusCode code,
                          const std::string& path) {
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path));
  }

  std::string folder_;
};

TEST_F(Files, WhatIsWrittenIsRead) {
  const std::string bytes("a\0b\n\xff", 5);
  ASSERT_TRUE(WriteFileAtomically(In("x"), bytes).ok());
  EXPECT_EQ(ReadFile(In("x")).value(), bytes);
}

TEST_F(Files, AFileLargerThanAnyBufferIsReadWhole) {
  std::string bytes(300'000, 'x');
  bytes[299'999] = 'y';
  ASSERT_TRUE(WriteFileAtomically(In("x"), bytes).ok());
  EXPECT_EQ(ReadFile(In("x")).value(), bytes);
}

TEST_F(Files, WritingReplacesTheFileAndLeavesNothingBeside) {
  ASSERT_TRUE(WriteFileAtomically(In("x"), "a long first version").ok());
  ASSERT_TRUE(WriteFileAtomically(In("x"), "second").ok());
  EXPECT_EQ(ReadFile(In("x")).value(), "second");
  EXPECT_EQ(Entries(), 1u);
}

TEST_F(Files, AFailedWriteLeavesNothingBeside) {
  ASSERT_TRUE(MakeFolder(In("x/inside")).ok());
  EXPECT_FALSE(WriteFileAtomically(In("x"), "bytes").ok());
  EXPECT_EQ(Entries(), 1u);
}

TEST_F(Files, AMissingFileIsNotFound) {
  ExpectError(ReadFile(In("missing")).status(), absl::StatusCode::kNotFound, In("missing"));
}

TEST_F(Files, WritingIntoAMissingFolderIsNotFound) {
  ExpectError(WriteFileAtomically(In("no/x"), "bytes"), absl::StatusCode::kNotFound, In("no/x"));
}

TEST_F(Files, AFolderIsNotAFile) { EXPECT_FALSE(ReadFile(folder_).ok()); }

TEST_F(Files, AFileOverTheLimitIsRefused) {
  ASSERT_TRUE(WriteFileAtomically(In("x"), "12345").ok());
  EXPECT_EQ(ReadFile(In("x"), 5).value(), "12345");
  ExpectError(ReadFile(In("x"), 4).status(), absl::StatusCode::kResourceExhausted, In("x"));
}

TEST_F(Files, AnEndlessDeviceIsCutOffAtTheLimit) {
  ExpectError(ReadFile("/dev/zero", 1000).status(), absl::StatusCode::kResourceExhausted,
              "/dev/zero");
}

TEST_F(Files, FoldersAreMadeWithTheirParentsAndOnlyOnce) {
  EXPECT_TRUE(MakeFolder(In("a/b/c")).ok());
  EXPECT_TRUE(MakeFolder(In("a/b/c")).ok());
  EXPECT_TRUE(fs::is_directory(In("a/b/c")));
}

TEST_F(Files, AFolderCannotBeMadeWhereAFileIs) {
  ASSERT_TRUE(WriteFileAtomically(In("x"), "").ok());
  EXPECT_FALSE(MakeFolder(In("x")).ok());
  EXPECT_FALSE(MakeFolder(In("x/y")).ok());
}

}  // namespace
}  // namespace paceline
