// Stores that were written once and for all (golden/make.sh): every later build opens them and
// comes to the same θ.
#include <filesystem>
#include <map>

#include "SQLiteCpp/SQLiteCpp.h"
#include "common/base/digest.h"
#include "common/base/file.h"
#include "common/base/protocol.h"
#include "coordinator/job/replay.h"
#include "coordinator/store/data_folder.h"
#include "coordinator/store/sqlite_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

// With what `paceline show` said when they were written.
struct GoldenJob {
  const char* job;
  v1::JobState state;
  int64_t step;
  uint64_t inner_steps, diverged;
  const char* digest;
};
struct GoldenStore {
  std::string name;
  std::vector<GoldenJob> jobs;
};
constexpr char kGolden[] = "812fd7cf6100188ae610abaf1b9ab7f4f747f1f78cc043b118ea6c1db597b2aa";

const std::vector<GoldenStore>& GoldenStores() {
  static const auto& stores = *new std::vector<GoldenStore>{
      {"format-1.db",
       {{"golden", v1::JOB_STATE_SUCCEEDED, 20, 1600, 0, kGolden},
        {"half", v1::JOB_STATE_PAUSED, 111, 8880, 0,
         "8e3db7b91141ff24c4c697880b0f4da0be6336de6d661e4adaae8152ad18781f"}}},
      {"format-2.db",
       {{"golden", v1::JOB_STATE_SUCCEEDED, 20, 1600, 0, kGolden},
        {"half", v1::JOB_STATE_PAUSED, 61, 4880, 0,
         "65c7821b371d320cf5e952cbe8c50ee6ad50f00669e2e952b9566ab0c89db05d"}}},
      {"format-2-drawn.db",
       {{"golden", v1::JOB_STATE_SUCCEEDED, 24, 1920, 6,
         "5b0dd12bd78e9a2a991cae884c042c5564cc87fa6501fc15669a760c79fd51ac"},
        {"half", v1::JOB_STATE_PAUSED, 33, 2640, 0,
         "2cadaea421e8b21d3fb2f84ac3d44f8f8516b11063a4d26e455988c9fe6fc032"}}},
      {"format-3.db",
       {{"golden", v1::JOB_STATE_SUCCEEDED, 24, 1920, 6,
         "5b0dd12bd78e9a2a991cae884c042c5564cc87fa6501fc15669a760c79fd51ac"},
        {"half", v1::JOB_STATE_PAUSED, 34, 2720, 0,
         "49e7761b1ffd1657fe44055e5f8830ddba859e2abf0133c8f592f4d19a3cd5b2"}}},
  };
  return stores;
}

class GoldenStoreTest : public ::testing::TestWithParam<GoldenStore> {
 protected:
  // The file as it is kept is never opened: that would write beside it.
  void SetUp() override {
    for (const auto& file : std::filesystem::directory_iterator("tests/coordinator/store/golden")) {
      const std::string name = file.path().filename();
      if (!name.starts_with(GetParam().name)) continue;
      std::filesystem::copy_file(file.path(), database() + name.substr(GetParam().name.size()));
    }
    const std::string stem = GetParam().name.substr(0, GetParam().name.size() - 3);
    const std::string jobs = "tests/coordinator/store/golden/" + stem + ".jobs";
    if (std::filesystem::exists(jobs)) {
      std::filesystem::copy(jobs, folder_.path() + "/jobs",
                            std::filesystem::copy_options::recursive);
    }
    Open();
  }
  void Open() {
    store_.reset();
    auto store = SqliteStore::Open(database());
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    EXPECT_TRUE(store_->losses().empty());
  }

  std::string database() const { return folder_.path() + "/coordinator.db"; }

  TemporaryFolder folder_;
  std::unique_ptr<SqliteStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Formats, GoldenStoreTest, ::testing::ValuesIn(GoldenStores()),
                         [](const auto& store) {
                           std::string name =
                               store.param.name.substr(0, store.param.name.size() - 3);
                           std::erase(name, '-');
                           return name;
                         });

TEST_P(GoldenStoreTest, EveryJobIsReplayedToItsDigest) {
  const auto rows = store_->Jobs();
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), GetParam().jobs.size());
  for (size_t i = 0; i < rows->size(); ++i) {
    const JobRow& row = (*rows)[i];
    const GoldenJob& golden = GetParam().jobs[i];
    EXPECT_EQ(row.name, golden.job);
    EXPECT_EQ(row.state, golden.state);
    EXPECT_EQ(store_->Totals(row.name)->steps, golden.step);
    EXPECT_EQ(store_->Totals(row.name)->inner_steps, golden.inner_steps);
    EXPECT_EQ(store_->Totals(row.name)->diverged, golden.diverged);
    const auto theta =
        ReplayTheta(*store_, folder_.path(), row, golden.step, 1, ReplayFrom::kStart);
    ASSERT_TRUE(theta.ok()) << theta.status();
    EXPECT_EQ(ThetaDigest(*theta), golden.digest);
  }
}

TEST_P(GoldenStoreTest, ItsNewestCheckpointIsAStartForTheReplay) {
  const auto rows = *store_->Jobs();
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto checkpoints = *store_->Checkpoints(rows[i].name);
    const std::string folder = JobFolder(folder_.path(), rows[i].name);
    if (!std::filesystem::exists(folder)) continue;
    ASSERT_FALSE(checkpoints.empty());
    const GoldenJob& golden = GetParam().jobs[i];
    int64_t first = -1;
    const auto loop = Replay(
        *store_, {.job_folder = folder,
                  .job = &rows[i],
                  .start_by = golden.step - 1,
                  .last = golden.step,
                  .threads = 1,
                  .visit = [&](const OuterLoop& at) { first = first < 0 ? at.step() : first; },
                  .warn = [](const std::string& why) { ADD_FAILURE() << why; }});
    ASSERT_TRUE(loop.ok()) << loop.status();
    EXPECT_GT(first, 0);
    EXPECT_EQ(ThetaDigest((*loop)->theta()), golden.digest);
  }
}

std::map<std::string, std::string> FilesIn(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.is_regular_file()) files[file.path()] = ReadFile(file.path()).value_or("unreadable");
  }
  return files;
}

TEST_P(GoldenStoreTest, OfANewerFormatIsRefusedAndLeftAsItIs) {
  store_.reset();
  {
    SQLite::Database db(database(), SQLite::OPEN_READWRITE);
    db.exec("PRAGMA journal_mode=DELETE");
    db.exec("PRAGMA user_version=" + std::to_string(kStoreFormat + 1));
  }
  const auto before = FilesIn(folder_.path());
  const auto store = SqliteStore::Open(database());
  EXPECT_TRUE(absl::IsFailedPrecondition(store.status())) << store.status();
  EXPECT_THAT(std::string(store.status().message()),
              ::testing::HasSubstr("format " + std::to_string(kStoreFormat + 1)));
  EXPECT_EQ(FilesIn(folder_.path()), before);
}

TEST_P(GoldenStoreTest, JobsGetASubmitterAndAPriorityThatStay) {
  JobRow half = (*store_->Jobs())[1];
  EXPECT_EQ(half.submitter, GetParam().name == "format-3.db" ? "local" : "");
  EXPECT_EQ(half.priority, 0);
  half.priority = -3;
  ASSERT_TRUE(store_->UpdateJob(half).ok());
  JobRow added = half;
  added.name = "added";
  added.submitter = "alice";
  ASSERT_TRUE(store_->AddJob(added).ok());
  Open();
  const auto rows = *store_->Jobs();
  EXPECT_EQ(rows[1].priority, -3);
  EXPECT_EQ(rows[2].submitter, "alice");
  EXPECT_EQ(rows[2].priority, -3);
}

TEST_P(GoldenStoreTest, IsOpenedAgainAndGoesOn) {
  Open();
  StepRow next = store_->Steps("half", GetParam().jobs[1].step - 1, 1)->front();
  ++next.step;
  ASSERT_TRUE(store_->CommitStep("half", next).ok());
  Open();
  EXPECT_EQ(store_->Totals("half")->steps, next.step);
  EXPECT_EQ(store_->Steps("half", 0, 1000)->back().particles, next.particles);
}

}  // namespace
}  // namespace paceline
