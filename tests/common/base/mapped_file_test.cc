#include "common/base/mapped_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "common/base/file.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

class MappedFiles : public ::testing::Test {
 protected:
  MappedFiles() {
    std::string pattern = fs::temp_directory_path() / "paceline-mapped-file-test-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~MappedFiles() override { fs::remove_all(folder_); }
  std::string In(const std::string& name) const { return folder_ + "/" + name; }

  std::string folder_;
};

TEST_F(MappedFiles, AFileIsThereWholeAndStaysWhenItsNameIsGone) {
  const std::string bytes("a\0b\n\xff", 5);
  ASSERT_TRUE(WriteFileAtomically(In("x"), bytes).ok());
  const auto file = MappedFile::Open(In("x"));
  ASSERT_TRUE(file.ok()) << file.status();
  fs::remove(In("x"));
  EXPECT_EQ((*file)->bytes(), bytes);
}

TEST_F(MappedFiles, AnEmptyFileHasNoBytes) {
  ASSERT_TRUE(WriteFileAtomically(In("x"), "").ok());
  const auto file = MappedFile::Open(In("x"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE((*file)->bytes().empty());
}

TEST_F(MappedFiles, AMissingFileIsNotFound) {
  const absl::Status status = MappedFile::Open(In("x")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr(In("x")));
}

TEST_F(MappedFiles, AFolderOrAPipeIsNotAFile) {
  ASSERT_EQ(mkfifo(In("pipe").c_str(), 0600), 0);
  for (const std::string& path : {folder_, In("pipe")}) {
    const absl::Status status = MappedFile::Open(path).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(path + " is "));
    EXPECT_THAT(std::string(status.message()), HasSubstr("expected a file"));
  }
}

}  // namespace
}  // namespace paceline
