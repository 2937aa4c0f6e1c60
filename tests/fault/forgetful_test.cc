// The disk that forgets, itself: what it keeps is what was synced, and all else is at risk.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "common/base/descriptor.h"
#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/forgetful_mount.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

// What is at risk is there after one loss of power and not after another; both are seen in so many.
constexpr int kLosses = 64;

TEST(ForgetfulFileTest, WhatWasSyncedStays) {
  std::mt19937_64 random(1);
  ForgetfulFile file;
  file.Write(0, "synced");
  file.Sync();
  file.Write(6, ", not synced");
  EXPECT_EQ(file.Read(0, 100), "synced, not synced");
  file.LosePower(random, 0);
  EXPECT_EQ(file.Read(0, 100), "synced");
}

TEST(ForgetfulFileTest, AWriteThatWasNotSyncedIsTornAtSectors) {
  std::mt19937_64 random(2);
  std::set<std::string> found;
  for (int i = 0; i < kLosses; ++i) {
    ForgetfulFile file;
    file.Write(0, std::string(1024, 'a'));
    file.Sync();
    file.Write(500, std::string(100, 'b'));
    file.LosePower(random, .5);
    found.insert(std::string(file.Read(498, 104)));
  }
  const auto part = [](char first, char second) {
    return "aa" + std::string(12, first) + std::string(88, second) + "aa";
  };
  EXPECT_THAT(found, ::testing::UnorderedElementsAre(part('a', 'a'), part('a', 'b'), part('b', 'a'),
                                                     part('b', 'b')));
}

TEST(ForgetfulFileTest, LaterWritesMayOutliveEarlierOnes) {
  std::mt19937_64 random(3);
  bool seen = false;
  for (int i = 0; i < kLosses; ++i) {
    ForgetfulFile file;
    file.Write(0, "earlier");
    file.Write(512, "later");
    file.LosePower(random, .5);
    seen |= file.Read(0, 7) == std::string(7, '\0') && file.Read(512, 5) == "later";
  }
  EXPECT_TRUE(seen);
}

TEST(ForgetfulTreeTest, ANameIsDurableWhenItsFolderIsSynced) {
  std::mt19937_64 random(4);
  int kept = 0;
  for (int i = 0; i < kLosses; ++i) {
    ForgetfulTree tree;
    tree.Make("/synced", S_IFREG);
    tree.Find("/")->folder.Sync();
    tree.Make("/other", S_IFREG);
    tree.Find("/other")->file.Write(0, "content");
    tree.Find("/other")->file.Sync();
    tree.LosePower(random);
    EXPECT_TRUE(tree.Find("/synced"));
    const ForgetfulNodePtr other = tree.Find("/other");
    kept += other != nullptr;
    // With its content, if at all: that was synced.
    EXPECT_EQ(other ? other->file.Read(0, 7) : "content", "content");
  }
  EXPECT_GT(kept, 0);
  EXPECT_LT(kept, kLosses);
}

TEST(ForgetfulTreeTest, ARenameIsDoneOrNot) {
  std::mt19937_64 random(5);
  int done = 0;
  for (int i = 0; i < kLosses; ++i) {
    ForgetfulTree tree;
    tree.Make("/old", S_IFREG);
    tree.Make("/new", S_IFREG);
    tree.Find("/new")->file.Write(0, "new");
    tree.Find("/new")->file.Sync();
    tree.Find("/")->folder.Sync();
    EXPECT_EQ(tree.Rename("/new", "/old"), 0);
    tree.LosePower(random);
    const bool is_done = !tree.Find("/new");
    EXPECT_EQ(tree.Find("/old")->file.Read(0, 3), is_done ? "new" : "");
    done += is_done;
  }
  EXPECT_GT(done, 0);
  EXPECT_LT(done, kLosses);
}

class ForgetfulMountTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!TakeOwnMounts()) GTEST_SKIP() << "NO MOUNT NAMESPACES HERE: nothing is tested";
    if (!ForgetfulMount(tree_, folder_.path()).mounted()) {
      GTEST_SKIP() << "FUSE CANNOT BE MOUNTED HERE: nothing is tested";
    }
  }
  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }

  ForgetfulTree tree_;
  TemporaryFolder folder_;
  std::mt19937_64 random_{6};
};

TEST_F(ForgetfulMountTest, AFileWrittenAtomicallyIsThereAfterALossOfPower) {
  for (int i = 0; i < kLosses; ++i) {
    {
      const ForgetfulMount mount(tree_, folder_.path());
      ASSERT_TRUE(WriteFileAtomically(Path("file"), std::to_string(i)).ok());
    }
    tree_.LosePower(random_);
    const ForgetfulMount mount(tree_, folder_.path());
    EXPECT_EQ(ReadFile(Path("file")).value_or("gone"), std::to_string(i));
  }
}

TEST_F(ForgetfulMountTest, WithoutItsSyncsItIsNot) {
  int lost = 0;
  for (int i = 0; i < kLosses; ++i) {
    {
      const ForgetfulMount mount(tree_, folder_.path(),
                                 {.ignores_sync = [](const ForgetfulNode&) { return true; }});
      ASSERT_TRUE(WriteFileAtomically(Path("file"), std::to_string(i)).ok());
    }
    tree_.LosePower(random_);
    const ForgetfulMount mount(tree_, folder_.path());
    lost += ReadFile(Path("file")).value_or("gone") != std::to_string(i);
  }
  EXPECT_GT(lost, 0);
}

TEST_F(ForgetfulMountTest, NothingWorksAnyMoreWhenThePowerIsLost) {
  pid_t whose = 0;
  const ForgetfulMount mount(tree_, folder_.path(),
                             {.lose_at = 3, .on_loss = [&](pid_t thread) { whose = thread; }});
  EXPECT_EQ(MakeFolder(Path("a")).code(), absl::StatusCode::kOk);  // and its sync
  EXPECT_NE(mkdir(Path("b").c_str(), 0755), 0);
  EXPECT_EQ(errno, EIO);
  EXPECT_EQ(whose, gettid());
  EXPECT_TRUE(mount.power_lost());
  EXPECT_LT(open(Path("c").c_str(), O_RDWR | O_CREAT, 0644), 0);
  EXPECT_EQ(errno, EIO);
}

// What a database in WAL mode asks of a file system: memory that is shared, locks, and files that
// are removed while they are open.
TEST_F(ForgetfulMountTest, FilesCanBeMappedLockedAndRemovedWhileTheyAreOpen) {
  const ForgetfulMount mount(tree_, folder_.path());
  const Descriptor file(open(Path("file").c_str(), O_RDWR | O_CREAT, 0644));
  ASSERT_EQ(ftruncate(file.get(), 4096), 0);
  void* bytes = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  ASSERT_NE(bytes, MAP_FAILED);
  static_cast<char*>(bytes)[100] = 'm';
  ASSERT_EQ(msync(bytes, 4096, MS_SYNC), 0);
  EXPECT_EQ(ReadFile(Path("file")).value_or("").substr(100, 1), "m");
  munmap(bytes, 4096);
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  EXPECT_EQ(fcntl(file.get(), F_SETLK, &lock), 0);
  std::filesystem::remove(Path("file"));
  char read = 0;
  EXPECT_EQ(pread(file.get(), &read, 1, 100), 1);
  EXPECT_EQ(read, 'm');
  EXPECT_FALSE(std::filesystem::exists(Path("file")));
}

}  // namespace
}  // namespace paceline
