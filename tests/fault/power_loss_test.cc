// The power is lost again and again: of what the coordinator acknowledged nothing is missing
// afterwards, and θ is that of a job that nothing disturbed. Its data folder lies on a disk that
// forgets all that was not synced (forgetful_tree.h); the same test finds losses as soon as any of
// the coordinator's syncs is taken out.
//
// 300 losses and more with PACELINE_LONG_TESTS set.
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/fault_cluster.h"
#include "tests/fault/forgetful_mount.h"

namespace paceline {
namespace {

// More checkpoints than are kept.
constexpr int kSteps = 100;

int Losses() { return std::getenv("PACELINE_LONG_TESTS") ? 2000 : 300; }

uint64_t Seed() {
  const char* seed = std::getenv("PACELINE_SEED");
  return seed ? std::strtoull(seed, nullptr, 10) : 20;
}

long Field(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + ":")) return std::atol(line.c_str() + name.size() + 1);
  }
  return 0;
}

// The process of that thread, unless somebody else started it. The thread is in a call, so that its
// number is nobody else's.
void KillOwnChild(pid_t thread) {
  const std::string status = fmt::format("/proc/{}/status", thread);
  const auto process = static_cast<pid_t>(Field(status, "Tgid"));
  if (process > 0 && Field(status, "PPid") == getpid()) kill(process, SIGKILL);
}

class PowerLossTest : public ::testing::Test {
 protected:
  using IgnoresSync = std::function<bool(const ForgetfulNode&)>;

  void SetUp() override {
    if (!TakeOwnMounts()) GTEST_SKIP() << "NO MOUNT NAMESPACES HERE: nothing is tested";
    NewDisk();
    if (!ForgetfulMount(*disk_, cluster_.data()).mounted()) {
      GTEST_SKIP() << "FUSE CANNOT BE MOUNTED HERE: nothing is tested";
    }
    int calls = 0;
    if (digest_.empty()) digest_ = cluster_.Undisturbed(&calls);
    ASSERT_EQ(digest_.size(), 64u);
    NewDisk();
    std::printf("seed %llu (PACELINE_SEED)\n", static_cast<unsigned long long>(Seed()));
  }

  void NewDisk() {
    cluster_.NewFolder();
    std::filesystem::create_directories(cluster_.data());
    disk_ = std::make_unique<ForgetfulTree>();
    acknowledged_ = 0;
  }

  // One life of the coordinator, up to a loss of power or the job's end. What is missing of what
  // was acknowledged, in words; "" if nothing is.
  std::string Live(long lose_at, const IgnoresSync& ignores_sync) {
    ForgetfulMount::Options options = {
        .lose_at = lose_at, .with_last = random_() % 2 == 0, .ignores_sync = ignores_sync};
    // Else the coordinator finds its disk gone, and ends by itself.
    if (random_() % 2 == 0) options.on_loss = KillOwnChild;
    const ForgetfulMount mount(*disk_, cluster_.data(), options);
    const bool started = cluster_.StartCoordinator();
    if (!second_worker_ && started) second_worker_ = cluster_.AnotherWorker();
    v1::JobSummary summary;
    if (started) summary = cluster_.Run();
    const int64_t first_step = started ? cluster_.first_step() : -1;
    const bool succeeded = summary.state() == v1::JOB_STATE_SUCCEEDED;
    const std::string wrong = succeeded && !mount.power_lost() ? WrongAtTheEnd() : "";
    cluster_.coordinator().Signal(SIGKILL);
    cluster_.coordinator().Wait();
    lost_ = mount.power_lost();
    CountLoss(started, succeeded);
    std::string missing = Missing(started || lost_, first_step);
    acknowledged_ = std::max({acknowledged_, cluster_.Acknowledged(), summary.step()});
    if (missing.empty() && summary.state() == v1::JOB_STATE_FAILED) missing = summary.message();
    return missing.empty() ? wrong : missing;
  }
  // After a life: the next one finds what the disk has, or a new disk if the job is done.
  void GoOn() {
    if (!lost_) return NewDisk();
    disk_->LosePower(random_);
  }

  // What the coordinator that was here last says of it, or does not know.
  std::string Missing(bool allowed_to_start, int64_t first_step) {
    std::istringstream said(cluster_.coordinator().standard_error());
    for (std::string line; std::getline(said, line);) {
      for (const char* words : {"computed again", "is not what was acknowledged", "is damaged",
                                "neither is whole", "is missing", "put the whole"}) {
        if (line.find(words) != std::string::npos) return line;
      }
    }
    if (!allowed_to_start) return "it does not start: " + said.str();
    if (first_step < 0 || first_step >= acknowledged_) return "";
    return fmt::format("outer step {} was acknowledged, and {} is what is there", acknowledged_,
                       first_step);
  }

  std::string WrongAtTheEnd() {
    if (cluster_.Digest() != digest_) return "θ is another";
    std::ifstream log(cluster_.data() + "/jobs/faulty/log.jsonl");
    int64_t step = 0;
    for (std::string line; std::getline(log, line); ++step) {
      if (!line.starts_with(fmt::format("{{\"step\":{},", step + 1))) {
        return fmt::format("line {} of the log is: {}", step + 1, line);
      }
    }
    return step == kSteps ? "" : fmt::format("the log ends with line {}", step);
  }

  long UpTo(long most) { return 1 + static_cast<long>(random_() % static_cast<uint64_t>(most)); }

  void CountLoss(bool started, bool succeeded) {
    losses_ += lost_;
    starting_ += lost_ && !started;
    jobs_ += succeeded && !lost_;
  }

  FaultCluster cluster_{kSteps};
  std::mt19937_64 random_{Seed()};
  std::unique_ptr<ForgetfulTree> disk_;
  static inline std::string digest_;
  int64_t acknowledged_ = 0;
  bool lost_ = false;
  std::unique_ptr<Process> second_worker_;
  int losses_ = 0, starting_ = 0, jobs_ = 0;
};

TEST_F(PowerLossTest, NothingThatWasAcknowledgedIsLostAndThetaIsTheUndisturbedOne) {
  while (losses_ < Losses()) {
    SCOPED_TRACE(fmt::format("loss {}", losses_));
    // A coordinator's start takes some hundred calls, and as many some ten outer steps.
    const long lose_at = UpTo(20 << random_() % 7);
    ASSERT_EQ(Live(lose_at, [](const ForgetfulNode&) { return false; }), "");
    GoOn();
  }
  std::printf("%d losses of power, %d of them while it started; %d jobs done\n", losses_, starting_,
              jobs_);
  EXPECT_GT(jobs_, 0);
  EXPECT_GT(starting_, 0);
}

struct TakenOut {
  const char* name;
  std::function<bool(const ForgetfulNode&)> syncs;
};

class PowerLossWithoutSyncTest : public PowerLossTest,
                                 public ::testing::WithParamInterface<TakenOut> {};

TEST_P(PowerLossWithoutSyncTest, IsFound) {
  std::string missing;
  for (int life = 1; life <= 60 && missing.empty(); ++life) {
    missing = Live(UpTo(800), GetParam().syncs);
    if (lost_) disk_->LosePower(random_, 0);
    // The job is done, or has come so far that there is little left to lose.
    if (!lost_ || life % 5 == 0) NewDisk();
  }
  EXPECT_NE(missing, "") << "after " << losses_ << " losses of power";
  std::printf("found after %d losses of power: %s\n", losses_, missing.substr(0, 200).c_str());
}

bool IsDatabasesOwn(const ForgetfulNode& node, const char* suffix) {
  return node.name == std::string("coordinator.db") + suffix;
}

INSTANTIATE_TEST_SUITE_P(
    TakenOut, PowerLossWithoutSyncTest,
    ::testing::Values(
        TakenOut{"All", [](const ForgetfulNode&) { return true; }},
        TakenOut{"Folders", [](const ForgetfulNode& node) { return node.is_folder(); }},
        TakenOut{"Log", [](const ForgetfulNode& node) { return IsDatabasesOwn(node, "-wal"); }},
        TakenOut{"Database", [](const ForgetfulNode& node) { return IsDatabasesOwn(node, ""); }},
        TakenOut{"Anchors",
                 [](const ForgetfulNode& node) {
                   return node.name.starts_with("coordinator.db-anchor");
                 }}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace paceline
