#include "common/base/private_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

mode_t ModeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777;
}

class PrivateFileTest : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  const std::string file_ = folder_.path() + "/key.pem";
};

TEST_F(PrivateFileTest, AFileIsPrivateIfItsUserAloneMayUseIt) {
  ASSERT_TRUE(WriteFileAtomically(file_, "secret").ok());
  struct Case {
    mode_t mode;
    bool is_private;
  };
  for (const Case& c : std::vector<Case>{{0600, true},
                                         {0400, true},
                                         {0700, true},
                                         {0640, false},
                                         {0620, false},
                                         {0610, false},
                                         {0604, false},
                                         {0602, false},
                                         {0644, false},
                                         {0666, false},
                                         {04604, false}}) {
    ASSERT_EQ(chmod(file_.c_str(), c.mode), 0);
    const absl::Status status = CheckPrivate(file_);
    EXPECT_EQ(status.ok(), c.is_private) << std::oct << c.mode << status;
    if (c.is_private) continue;
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("chmod 600 " + file_));
  }
}

TEST_F(PrivateFileTest, AFileOfAnotherUserIsNotPrivate) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_TRUE(WritePrivateFile(file_, "secret").ok());
  ASSERT_EQ(chown(file_.c_str(), 65534, 0), 0);
  const absl::Status status = CheckPrivate(file_);
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("chown root " + file_));
}

TEST_F(PrivateFileTest, AFileThatIsNotThereIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(CheckPrivate(file_)));
  EXPECT_FALSE(MakePrivate(file_).value());
}

TEST_F(PrivateFileTest, IsWrittenPrivateWhateverWasThere) {
  const mode_t before = umask(0);
  EXPECT_TRUE(WritePrivateFile(file_, "one").ok());
  EXPECT_EQ(ModeOf(file_), 0600u);
  chmod(file_.c_str(), 0644);
  EXPECT_TRUE(WritePrivateFile(file_, "two").ok());
  umask(before);
  EXPECT_EQ(ModeOf(file_), 0600u);
  EXPECT_EQ(*ReadFile(file_), "two");
}

TEST_F(PrivateFileTest, AFolderIsMadePrivateWithItsFilesAsTheyAre) {
  const std::string made = folder_.path() + "/a/b";
  EXPECT_TRUE(MakePrivateFolder(made).ok());
  EXPECT_EQ(ModeOf(made), 0700u);
  chmod(made.c_str(), 0755);
  EXPECT_TRUE(MakePrivate(made).value());
  EXPECT_EQ(ModeOf(made), 0700u);
  EXPECT_FALSE(MakePrivate(made).value());
}

}  // namespace
}  // namespace paceline
