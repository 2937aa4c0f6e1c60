// What only a store in a file can do wrong.
#include "coordinator/store/sqlite_store.h"

#include <sqlite3.h>
#include <sys/resource.h>

#include <csignal>

#include "SQLiteCpp/SQLiteCpp.h"
#include "common/base/file.h"
#include "common/base/protocol.h"
#include "coordinator/store/sqlite_schema.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

class SqliteStoreTest : public ::testing::Test {
 protected:
  std::string Message(const absl::Status& status) { return std::string(status.message()); }

  TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/coordinator.db";
};

TEST_F(SqliteStoreTest, RemembersAcrossLives) {
  JobRow job;
  job.name = "j";
  job.config.set_seed(7);
  {
    auto store = SqliteStore::Open(path_);
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_EQ(*(*store)->NextIncarnation(), 1u);
    ASSERT_TRUE((*store)->AddJob(job).ok());
    StepRow row;
    row.step = 1;
    row.theta_hash = 0xfedcba9876543210;
    row.particles = {{1, 2, 3, true}};
    row.record.set_mean_loss(0.5);
    ASSERT_TRUE((*store)->CommitStep("j", row).ok());
  }
  auto store = SqliteStore::Open(path_);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(*(*store)->NextIncarnation(), 2u);
  const auto jobs = (*store)->Jobs();
  ASSERT_TRUE(jobs.ok()) << jobs.status();
  ASSERT_EQ(jobs->size(), 1u);
  EXPECT_EQ(jobs->front().config.seed(), 7u);
  const auto steps = (*store)->Steps("j", 0, 10);
  ASSERT_TRUE(steps.ok()) << steps.status();
  ASSERT_EQ(steps->size(), 1u);
  EXPECT_EQ(steps->front().theta_hash, 0xfedcba9876543210);
  EXPECT_EQ(steps->front().particles, (std::vector<ParticleScalars>{{1, 2, 3, true}}));
  EXPECT_EQ(steps->front().record.mean_loss(), 0.5);
}

TEST_F(SqliteStoreTest, CommitsAreSynced) {
  ASSERT_TRUE(SqliteStore::Open(path_).ok());
  SQLite::Database db(path_);
  EXPECT_EQ(db.execAndGet("PRAGMA journal_mode").getString(), "wal");
}

TEST_F(SqliteStoreTest, AFileThatIsNoDatabaseIsDataLoss) {
  ASSERT_TRUE(WriteFileAtomically(path_, std::string(5000, 'x')).ok());
  const auto store = SqliteStore::Open(path_);
  EXPECT_TRUE(absl::IsDataLoss(store.status())) << store.status();
  EXPECT_THAT(Message(store.status()), HasSubstr(path_));
}

TEST_F(SqliteStoreTest, AnotherProgramsDatabaseIsLeftAlone) {
  {
    SQLite::Database db(path_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    db.exec("CREATE TABLE recipes (name TEXT)");
  }
  const auto store = SqliteStore::Open(path_);
  EXPECT_TRUE(absl::IsFailedPrecondition(store.status())) << store.status();
  EXPECT_THAT(Message(store.status()), HasSubstr("another program's database"));
}

TEST_F(SqliteStoreTest, AnUnknownFormatIsRefusedWithBothNamed) {
  ASSERT_TRUE(SqliteStore::Open(path_).ok());
  {
    SQLite::Database db(path_, SQLite::OPEN_READWRITE);
    db.exec("PRAGMA user_version=99");
  }
  const auto store = SqliteStore::Open(path_);
  EXPECT_TRUE(absl::IsFailedPrecondition(store.status())) << store.status();
  EXPECT_THAT(Message(store.status()), HasSubstr("format 99, this program knows formats 1 to " +
                                                 std::to_string(kStoreFormat)));
}

TEST_F(SqliteStoreTest, ADamagedPageIsDataLoss) {
  {
    auto store = SqliteStore::Open(path_);
    ASSERT_TRUE(store.ok());
    JobRow job;
    job.name = "j";
    job.source_yaml = std::string(20000, 'y');
    ASSERT_TRUE((*store)->AddJob(job).ok());
  }
  auto bytes = ReadFile(path_);
  ASSERT_TRUE(bytes.ok());
  for (size_t page = 4096; page < bytes->size(); page += 4096) {
    for (size_t i = 0; i < 16; ++i) (*bytes)[page + i] = '\x5a';
  }
  ASSERT_TRUE(WriteFileAtomically(path_, *bytes).ok());
  const auto store = SqliteStore::Open(path_);
  EXPECT_TRUE(absl::IsDataLoss(store.status())) << store.status();
}

TEST_F(SqliteStoreTest, DamagedScalarsAreDataLossAndNameTheStep) {
  auto store = SqliteStore::Open(path_);
  ASSERT_TRUE(store.ok());
  JobRow job;
  job.name = "j";
  ASSERT_TRUE((*store)->AddJob(job).ok());
  StepRow row;
  row.step = 1;
  row.particles = {{1, 2, 3, false}};
  ASSERT_TRUE((*store)->CommitStep("j", row).ok());
  {
    SQLite::Database db(path_, SQLite::OPEN_READWRITE);
    db.exec("UPDATE steps SET scalars = x'00'");
  }
  const auto steps = (*store)->Steps("j", 0, 1);
  EXPECT_TRUE(absl::IsDataLoss(steps.status())) << steps.status();
  EXPECT_THAT(Message(steps.status()), HasSubstr("outer step 1"));
}

// Files of this process can grow to so many bytes, as long as the object lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limited{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limited);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(SqliteStoreTest, AWriteThatFailsLosesNothingAndIsNotTriedAgain) {
  auto store = SqliteStore::Open(path_);
  ASSERT_TRUE(store.ok());
  JobRow job;
  job.name = "j";
  ASSERT_TRUE((*store)->AddJob(job).ok());
  StepRow row;
  row.particles.resize(200);
  int64_t committed = 0;
  {
    FileSizeLimit limit(256 << 10);
    for (row.step = 1; (*store)->CommitStep("j", row).ok(); ++row.step) ++committed;
  }
  EXPECT_GT(committed, 0);
  EXPECT_EQ((*store)->Totals("j")->steps, committed);
  EXPECT_FALSE((*store)->health().ok());
  EXPECT_EQ((*store)->CommitStep("j", row), (*store)->health()) << "a change was tried again";
  EXPECT_EQ((*store)->AddEvent("j", 1, "text"), (*store)->health());
  store->reset();
  auto again = SqliteStore::Open(path_);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->Totals("j")->steps, committed);
  EXPECT_TRUE((*again)->health().ok());
  EXPECT_TRUE((*again)->CommitStep("j", row).ok());
}

TEST_F(SqliteStoreTest, ErrorsHaveTheCodeThatFitsAndSayWhatHelps) {
  struct Case {
    int sqlite;
    absl::StatusCode code;
    const char* help;
  };
  const Case cases[] = {
      {SQLITE_FULL, absl::StatusCode::kResourceExhausted, "free some space"},
      {SQLITE_CORRUPT, absl::StatusCode::kDataLoss, "restore the file from a backup"},
      {SQLITE_READONLY, absl::StatusCode::kPermissionDenied, "must be writable"},
      {SQLITE_BUSY, absl::StatusCode::kUnavailable, "another program holds the file"},
      {SQLITE_IOERR_WRITE, absl::StatusCode::kInternal, "the words of SQLite"},
  };
  for (const Case& c : cases) {
    const absl::Status status =
        SqliteError("a.db", "cannot do it", SQLite::Exception("the words of SQLite", c.sqlite));
    EXPECT_EQ(status.code(), c.code);
    EXPECT_THAT(Message(status), HasSubstr("a.db: cannot do it: the words of SQLite"));
    EXPECT_THAT(Message(status), HasSubstr(c.help));
  }
}

TEST_F(SqliteStoreTest, AFolderThatIsNotThereIsAnError) {
  const auto store = SqliteStore::Open(folder_.path() + "/nowhere/coordinator.db");
  EXPECT_TRUE(absl::IsPermissionDenied(store.status())) << store.status();
}

}  // namespace
}  // namespace paceline
