#include "common/base/output.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <thread>

#include "common/base/file.h"

namespace paceline {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

// root may write everywhere.
class AsNobody {
 public:
  AsNobody() {
    if (own_ == 0 && seteuid(65534) != 0) ADD_FAILURE() << "seteuid";
  }
  ~AsNobody() {
    if (own_ == 0 && seteuid(own_) != 0) ADD_FAILURE() << "seteuid";
  }

 private:
  const uid_t own_ = geteuid();
};

class Output : public testing::Test {
 protected:
  Output() {
    std::string pattern = fs::temp_directory_path() / "paceline-output-test-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~Output() override { fs::remove_all(folder_); }

  std::string In(const std::string& name) const { return folder_ + "/" + name; }
  void Put(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(WriteFileAtomically(In(name), text).ok());
  }
  // CheckOutput says beforehand what WriteOutput says.
  static absl::Status Write(const std::string& path, const OutputRules& rules = {}) {
    const absl::Status checked = CheckOutput(path, rules);
    const absl::Status written = WriteOutput(path, "new", rules);
    EXPECT_EQ(checked, written);
    return written;
  }
  static void ExpectRefused(const absl::Status& status, absl::StatusCode code,
                            const std::string& words) {
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(words));
  }

  std::string folder_;
};

TEST_F(Output, ANewFileIsMade) {
  EXPECT_TRUE(Write(In("x")).ok());
  EXPECT_EQ(ReadFile(In("x")).value(), "new");
}

TEST_F(Output, AFileThatIsThereIsReplacedOnlyByOrderAndKeepsItsPermissions) {
  Put("x", "old");
  fs::permissions(In("x"), fs::perms::owner_read);
  ExpectRefused(Write(In("x")), absl::StatusCode::kAlreadyExists, In("x") + " exists; --force");
  EXPECT_EQ(ReadFile(In("x")).value(), "old");
  EXPECT_TRUE(Write(In("x"), kReplace).ok());
  EXPECT_EQ(ReadFile(In("x")).value(), "new");
  EXPECT_EQ(fs::status(In("x")).permissions(), fs::perms::owner_read);
}

TEST_F(Output, ALinkStaysOneAndItsTargetGetsTheFile) {
  Put("real", "old");
  fs::create_symlink("real", In("link"));
  fs::create_symlink("link", In("link-to-link"));
  fs::create_symlink("fresh", In("dangling"));
  ExpectRefused(Write(In("link")), absl::StatusCode::kAlreadyExists, In("link") + " exists");
  for (const char* name : {"link", "link-to-link", "dangling"}) {
    EXPECT_TRUE(Write(In(name), kReplace).ok());
    EXPECT_TRUE(fs::is_symlink(In(name)));
  }
  EXPECT_EQ(ReadFile(In("real")).value(), "new");
  EXPECT_EQ(ReadFile(In("fresh")).value(), "new");
}

TEST_F(Output, ALinkInACircleIsRefused) {
  fs::create_symlink("circle", In("circle"));
  EXPECT_THAT(std::string(Write(In("circle")).message()), HasSubstr(In("circle")));
  EXPECT_TRUE(fs::is_symlink(In("circle")));
}

TEST_F(Output, APipeIsWrittenInto) {
  ASSERT_EQ(mkfifo(In("fifo").c_str(), 0600), 0);
  std::string got;
  std::thread reader([&] { got = ReadFile(In("fifo")).value_or("nothing"); });
  EXPECT_TRUE(WriteOutput(In("fifo"), "new", {}).ok());
  reader.join();
  EXPECT_EQ(got, "new");
  EXPECT_TRUE(fs::is_fifo(In("fifo")));
}

TEST_F(Output, ADeviceIsWrittenIntoAndItsErrorIsTold) {
  EXPECT_TRUE(Write("/dev/null").ok());
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  fs::create_symlink("/dev/null", In("sink"));
  EXPECT_TRUE(Write(In("sink")).ok());
  EXPECT_TRUE(fs::is_symlink(In("sink")));
  const absl::Status full = WriteOutput("/dev/full", "new", {});
  EXPECT_THAT(std::string(full.message()), HasSubstr("cannot write /dev/full: No space left"));
}

TEST_F(Output, WhatIsReadIsNeverWrittenOver) {
  Put("in", "precious");
  fs::create_directory(In("folder"));
  Put("folder/part", "precious");
  fs::create_symlink("in", In("link"));
  fs::create_hard_link(In("in"), In("hard"));
  const OutputRules rules{.force = true, .inputs = {In("in"), In("folder"), In("none")}};
  fs::create_directory_symlink(folder_, In("here"));
  for (const char* name : {"in", "link", "hard", "here/in", "folder/part"}) {
    ExpectRefused(Write(In(name), rules), absl::StatusCode::kInvalidArgument, "reads");
  }
  EXPECT_EQ(ReadFile(In("in")).value(), "precious");
  EXPECT_EQ(ReadFile(In("folder/part")).value(), "precious");
  EXPECT_TRUE(Write(In("other"), rules).ok());
}

TEST_F(Output, AFolderIsNoFile) {
  ExpectRefused(Write(folder_, kReplace), absl::StatusCode::kInvalidArgument, "it is a folder");
  ExpectRefused(Write(In("x/"), kReplace), absl::StatusCode::kNotFound, "x/");
}

TEST_F(Output, AMissingFolderIsNamed) {
  ExpectRefused(Write(In("none/x")), absl::StatusCode::kNotFound,
                "there is no folder " + In("none"));
  fs::create_symlink("none/x", In("dangling"));
  ExpectRefused(Write(In("dangling")), absl::StatusCode::kNotFound, "there is no folder");
  Put("file", "");
  EXPECT_THAT(std::string(Write(In("file/x")).message()), HasSubstr("Not a directory"));
}

TEST_F(Output, WithoutPermissionNothingIsTouched) {
  Put("x", "old");
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read |
                               fs::perms::others_exec);
  {
    const AsNobody nobody;
    ExpectRefused(Write(In("x"), kReplace), absl::StatusCode::kPermissionDenied, In("x"));
    ExpectRefused(Write(In("y")), absl::StatusCode::kPermissionDenied, In("y"));
  }
  fs::permissions(folder_, fs::perms::owner_all);
  EXPECT_EQ(ReadFile(In("x")).value(), "old");
}

TEST_F(Output, WhenThereIsNoRoomTheOldFileStays) {
  Put("x", "old");
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{.rlim_cur = 100, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const absl::Status status = WriteOutput(In("x"), std::string(1000, 'x'), kReplace);
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_THAT(std::string(status.message()), HasSubstr("cannot write " + In("x") + ": "));
  EXPECT_EQ(ReadFile(In("x")).value(), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

}  // namespace
}  // namespace paceline
