// The files of a data folder, damaged in every way that this file can think of: what a coordinator
// makes of them is what it was, or it says what is lost, or it refuses.
//
// PACELINE_LONG_TESTS set: 10,000 flipped bits instead of some hundreds, and ends cut off at every
// byte.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "common/base/digest.h"
#include "common/base/file.h"
#include "coordinator/job/replay.h"
#include "coordinator/store/checkpoint.h"
#include "coordinator/store/data_folder.h"
#include "coordinator/store/sqlite_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "spdlog/spdlog.h"
#include "tests/testing/process.h"
#include "tests/testing/sim/fake_cluster.h"
#include "tests/testing/store_files.h"

namespace paceline {
namespace {

namespace fs = std::filesystem;

bool Long() { return std::getenv("PACELINE_LONG_TESTS") != nullptr; }

enum class Outcome { kUnharmed, kTold, kRefused, kSilent };

// What is the same in every copy that is not damaged.
struct Truth {
  std::vector<JobRow> jobs;
  std::map<std::string, std::vector<StepRow>> steps;
  std::map<std::string, std::vector<std::vector<float>>> thetas;  // [step]
};

bool SameJob(const JobRow& a, const JobRow& b) {
  return a.name == b.name && a.config.SerializeAsString() == b.config.SerializeAsString() &&
         a.source_yaml == b.source_yaml && a.request_id == b.request_id && a.state == b.state &&
         a.message == b.message && a.fingerprint == b.fingerprint &&
         a.submitted_ms == b.submitted_ms && a.started_ms == b.started_ms &&
         a.ended_ms == b.ended_ms;
}

bool SameStep(const StepRow& a, const StepRow& b) {
  return a.step == b.step && a.theta_hash == b.theta_hash && a.particles == b.particles &&
         a.record.SerializeAsString() == b.record.SerializeAsString();
}

// Whether the newest outer steps are in the log alone, as after a kill, or in the database.
class DamageTest : public ::testing::TestWithParam<bool> {
 protected:
  static void SetUpTestSuite() {
    spdlog::set_level(spdlog::level::off);
    // Thousands of stores are opened and synced.
    if (fs::exists("/dev/shm")) setenv("TMPDIR", "/dev/shm", 0);
  }
  static void TearDownTestSuite() { spdlog::set_level(spdlog::level::info); }

  void SetUp() override {
    fs::create_directories(whole_);
    for (const int64_t steps : {5, 5}) {
      auto store = SqliteStore::Open(Database(whole_));
      ASSERT_TRUE(store.ok()) << store.status();
      FakeCluster cluster(**store, whole_);
      cluster.Start();
      if ((*store)->Jobs()->empty()) {
        for (const char* name : {"toy", "waiting"}) cluster.Submit(ToyConfig(name), name);
      }
      cluster.Join();
      cluster.Work("toy", steps);
      // While the store is open, so that the log holds the second half.
      fs::remove_all(copy_);
      fs::copy(whole_, copy_, fs::copy_options::recursive);
    }
    fs::remove_all(whole_);
    fs::rename(copy_, whole_);
    fs::remove(Database(whole_) + "-shm");
    if (!GetParam()) Settle();
    ReadTruth();
  }

  void Settle() { ASSERT_TRUE(SqliteStore::Open(Database(whole_)).ok()); }
  static std::string Database(const std::string& folder) { return folder + "/coordinator.db"; }
  void Restore() {
    fs::remove_all(copy_);
    fs::copy(whole_, copy_, fs::copy_options::recursive);
  }
  // Of the copy, in the order of their names.
  std::vector<std::string> Files() {
    Restore();
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(copy_)) {
      const std::string path = entry.path();
      const bool counts = path.find("coordinator.db") != std::string::npos ||
                          path.find("/checkpoints/") != std::string::npos;
      if (entry.is_regular_file() && entry.file_size() > 0 && counts) files.push_back(path);
    }
    std::ranges::sort(files);
    return files;
  }

  void ReadTruth() {
    Restore();
    auto store = SqliteStore::Open(Database(copy_));
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_TRUE((*store)->losses().empty());
    truth_.jobs = *(*store)->Jobs();
    ASSERT_EQ(truth_.jobs.size(), 2u);
    for (const JobRow& job : truth_.jobs) {
      truth_.steps[job.name] = *(*store)->Steps(job.name, 0, 1000);
      for (size_t step = 0; step <= truth_.steps[job.name].size(); ++step) {
        truth_.thetas[job.name].push_back(*ReplayTheta(**store, "", job, step, 1));
      }
    }
    ASSERT_EQ(truth_.steps["toy"].size(), 10u);
  }

  Outcome Judge() {
    auto store = SqliteStore::Open(Database(copy_));
    if (!store.ok()) return store.status().message().empty() ? Outcome::kSilent : Outcome::kRefused;
    const auto jobs = (*store)->Jobs();
    if (!jobs.ok()) return Outcome::kRefused;
    const bool told = !(*store)->losses().empty();
    if (jobs->size() != truth_.jobs.size()) return Outcome::kSilent;
    Outcome outcome = told ? Outcome::kTold : Outcome::kUnharmed;
    for (size_t i = 0; i < jobs->size(); ++i) {
      const bool same = SameJob((*jobs)[i], truth_.jobs[i]);
      // The older state of a job that goes on to the same.
      if (!same && !told) return Outcome::kSilent;
      outcome = std::max(outcome, JudgeJob(**store, (*jobs)[i], told));
    }
    return outcome;
  }
  Outcome JudgeJob(Store& store, const JobRow& job, bool told) {
    const std::vector<StepRow>& truth = truth_.steps[job.name];
    if (job.config.SerializeAsString() != truth_.jobs[0].config.SerializeAsString() &&
        job.config.SerializeAsString() != truth_.jobs[1].config.SerializeAsString()) {
      return Outcome::kSilent;
    }
    const auto steps = store.Steps(job.name, 0, 1000);
    if (!steps.ok()) return Outcome::kRefused;
    if (steps->size() > truth.size() || (steps->size() < truth.size() && !told)) {
      return Outcome::kSilent;
    }
    for (size_t i = 0; i < steps->size(); ++i) {
      if (!SameStep((*steps)[i], truth[i])) return Outcome::kSilent;
    }
    bool warned = false;
    const auto theta = Replay(store, {.job_folder = JobFolder(copy_, job.name),
                                      .job = &job,
                                      .start_by = static_cast<int64_t>(steps->size()),
                                      .last = static_cast<int64_t>(steps->size()),
                                      .threads = 1,
                                      .visit = {},
                                      .warn = [&](const std::string&) { warned = true; }});
    if (!theta.ok()) return Outcome::kRefused;
    const auto& expected = truth_.thetas[job.name][steps->size()];
    const bool same = std::ranges::equal((*theta)->theta(), expected);
    if (!same) return Outcome::kSilent;
    return warned ? Outcome::kTold : Outcome::kUnharmed;
  }

  void Damage(const std::string& how, const std::function<void()>& damage) {
    Restore();
    damage();
    const Outcome outcome = Judge();
    ++counts_[outcome];
    EXPECT_NE(outcome, Outcome::kSilent) << how;
  }
  void Tell(const char* what) {
    std::printf("%s: %d unharmed, %d told, %d refused, %d silent\n", what,
                counts_[Outcome::kUnharmed], counts_[Outcome::kTold], counts_[Outcome::kRefused],
                counts_[Outcome::kSilent]);
  }

  TemporaryFolder folder_;
  const std::string whole_ = folder_.path() + "/whole", copy_ = folder_.path() + "/copy";
  Truth truth_;
  std::map<Outcome, int> counts_;
};

INSTANTIATE_TEST_SUITE_P(Newest, DamageTest, ::testing::Bool(),
                         [](const auto& log) { return log.param ? "InTheLog" : "InTheDatabase"; });

TEST_P(DamageTest, NothingIsToldOfWholeFiles) {
  Restore();
  EXPECT_EQ(Judge(), Outcome::kUnharmed);
  const size_t log = GetParam() ? 1 : 0;
  EXPECT_EQ(Files().size(), 3 + log + 6)
      << "database, anchors, log, three checkpoints of two files";
}

TEST_P(DamageTest, NoFlippedBitIsTakenInSilence) {
  const std::vector<std::string> files = Files();
  const int flips = Long() ? 10'000 : 400;
  const uint32_t seed = Long() ? std::random_device()() : 1;
  std::mt19937_64 random(seed);
  for (int i = 0; i < flips; ++i) {
    const std::string& file = files[random() % files.size()];
    const size_t bit = random() % (8 * fs::file_size(whole_ + file.substr(copy_.size())));
    Damage(file + ", bit " + std::to_string(bit) + ", seed " + std::to_string(seed),
           [&] { FlipBit(file, bit); });
  }
  Tell("flipped bits");
  EXPECT_GT(counts_[Outcome::kRefused], 0);
  EXPECT_GT(counts_[Outcome::kTold], 0) << "checkpoints, the log";
}

TEST_P(DamageTest, NoEndThatIsCutOffIsMissedInSilence) {
  for (const std::string& file : Files()) {
    const size_t size = fs::file_size(whole_ + file.substr(copy_.size()));
    const size_t every = std::min<size_t>(size, Long() ? 8192 : 64);
    std::vector<size_t> sizes;
    for (size_t cut = 1; cut <= every; ++cut) sizes.push_back(size - cut);
    for (size_t part = 0; part < 30; ++part) sizes.push_back(size * part / 30);
    for (const size_t left : sizes) {
      Damage(file + " cut to " + std::to_string(left), [&] { fs::resize_file(file, left); });
    }
  }
  Tell("ends cut off");
}

TEST_P(DamageTest, NoSectorOfZerosIsTakenInSilence) {
  const std::vector<std::string> files = Files();
  std::mt19937_64 random(2);
  for (int i = 0; i < (Long() ? 2000 : 200); ++i) {
    const std::string& file = files[random() % files.size()];
    const size_t sectors = fs::file_size(whole_ + file.substr(copy_.size())) / 512 + 1;
    const size_t sector = random() % sectors;
    Damage(file + ", sector " + std::to_string(sector), [&] {
      std::string bytes = *ReadFile(file);
      for (size_t at = 512 * sector; at < std::min(bytes.size(), 512 * (sector + 1)); ++at) {
        bytes[at] = '\0';
      }
      std::ofstream(file, std::ios::binary) << bytes;
    });
  }
  Tell("sectors of zeros");
}

TEST_P(DamageTest, NoFileThatIsGoneIsMissedInSilence) {
  for (const std::string& file : Files()) {
    Damage(file + " gone", [&] { fs::remove(file); });
  }
  const std::vector<std::string> store = StoreFilesOf(Database(copy_));
  for (unsigned gone = 1; gone < 15; ++gone) {
    Restore();
    const bool some_left = std::ranges::any_of(store, [&](const std::string& file) {
      return !(gone >> (&file - store.data()) & 1) && fs::exists(file);
    });
    if (!some_left) continue;  // a new folder
    Damage("files gone: " + std::to_string(gone), [&] {
      for (size_t i = 0; i < store.size(); ++i) {
        if (gone >> i & 1) fs::remove(store[i]);
      }
    });
  }
  Tell("files gone");
}

}  // namespace
}  // namespace paceline
