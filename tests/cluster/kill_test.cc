// Programs killed at random, again and again, while a job goes on: θ is that of a job that nothing
// disturbed.
//
// With PACELINE_LONG_TESTS set as often as the long counts say, else as the usual ones do.
#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <regex>
#include <vector>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/cluster/cluster.h"
#include "tests/cluster/jobs.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr char kStepLine[] = ": outer step ";
constexpr uint32_t kSeed = 20;
// Of kEndlessJob: its blocks, and inner steps of a block's longest episode, both signs.
constexpr int64_t kEndlessBlocks = 8, kEndlessReplay = int64_t{40} * 2 * 2;

int Count(int usual, int in_long) { return std::getenv("PACELINE_LONG_TESTS") ? in_long : usual; }

void Pause(milliseconds time) {
  WaitUntil([] { return false; }, time);
}

// The outer steps that a coordinator has told of since it was ready: before that it makes its log
// whole, of steps that an earlier life has done.
class Life {
 public:
  explicit Life(Process& coordinator)
      : coordinator_(coordinator), ready_(coordinator.standard_error().size()) {}

  bool WaitForWork() {
    return WaitUntil([this] { return first() > 0 || !coordinator_.running(); }) && first() > 0;
  }
  // 0: none yet.
  int64_t first() { return StepAt(Told().find(kStepLine)); }
  int64_t last() { return StepAt(Told().rfind(kStepLine)); }

 private:
  std::string Told() { return told_ = coordinator_.standard_error().substr(ready_); }
  int64_t StepAt(size_t place) const {
    return place == std::string::npos ? 0
                                      : std::atoll(told_.c_str() + place + sizeof(kStepLine) - 1);
  }

  Process& coordinator_;
  const size_t ready_;
  std::string told_;
};

std::string HashAt(Cluster& cluster, const std::string& job, int64_t step) {
  const Finished hash = cluster.Paceline({"hash", job, "--step", std::to_string(step)});
  EXPECT_EQ(hash.status, 0) << hash.err;
  return hash.out;
}

// After so many outer steps of a job that one worker does.
std::string UndisturbedHashAt(int64_t step) {
  Cluster cluster;
  cluster.StartWorker(2);
  const std::string job = cluster.Submit(kEndlessJob);
  // Bit by bit, as each wait has its limit.
  for (int64_t reached = 0; reached < step;) {
    const int64_t next = cluster.WaitForStep(job, std::min(step, reached + 2000));
    if (next <= reached) return "the job stands still";
    reached = next;
  }
  return HashAt(cluster, job, step);
}

TEST(KillTest, CoordinatorsKilledAtRandomLeaveThetaAsItIs) {
  const int kills = Count(200, 2000);
  std::mt19937 random(kSeed);
  Cluster cluster;
  for (int i = 0; i < 3; ++i) cluster.StartWorker();
  const std::string job = cluster.Submit(kEndlessJob);
  std::vector<double> seconds;
  int64_t acknowledged = 0;
  auto life = std::make_unique<Life>(cluster.coordinator());
  ASSERT_TRUE(life->WaitForWork());
  for (int kill = 0; kill < kills; ++kill) {
    SCOPED_TRACE(fmt::format("kill {} of {}", kill, kills));
    // One in five at once, which may be before its first work.
    Pause(milliseconds(kill % 5 == 4 ? random() % 50 : 50 + random() % 250));
    cluster.coordinator().Signal(SIGKILL);
    cluster.coordinator().Wait();
    if (life->first() > 0) {
      ASSERT_GT(life->first(), acknowledged) << "an acknowledged outer step was done again";
      acknowledged = life->last();
    }
    const Clock::time_point begin = Clock::now();
    cluster.RestartCoordinator();
    life = std::make_unique<Life>(cluster.coordinator());
    if (kill % 5 == 3) continue;
    ASSERT_TRUE(life->WaitForWork());
    seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
  }
  ASSERT_TRUE(life->WaitForWork());
  const int64_t step = life->last();
  std::ranges::sort(seconds);
  std::printf(
      "seed %u: %d kills, %lld outer steps; from a start to the first outer step "
      "%.2f s (median), %.2f s (p99), %.2f s (worst)\n",
      kSeed, kills, static_cast<long long>(step), seconds[seconds.size() / 2],
      seconds[seconds.size() * 99 / 100], seconds.back());
  EXPECT_LT(seconds.back(), 30);
  EXPECT_EQ(HashAt(cluster, job, step), UndisturbedHashAt(step));
}

// Those who have so long to live, on average, from now on.
class Mortals {
 public:
  Mortals(Cluster& cluster, std::mt19937& random, double mean_seconds)
      : cluster_(cluster), random_(random), life_(1 / mean_seconds) {}

  size_t alive() const { return deaths_.size(); }
  void Start() {
    const auto life = std::chrono::duration<double>(life_(random_));
    deaths_.emplace(Clock::now() + std::chrono::duration_cast<Clock::duration>(life),
                    cluster_.StartWorker());
  }
  // Waits for the next death.
  void KillNext() {
    const auto [when, worker] = *deaths_.begin();
    deaths_.erase(deaths_.begin());
    WaitUntil([when = when] { return Clock::now() >= when; });
    cluster_.worker(worker).Signal(SIGKILL);
    cluster_.worker(worker).Wait();
  }

 private:
  Cluster& cluster_;
  std::mt19937& random_;
  std::exponential_distribution<double> life_;
  std::multimap<Clock::time_point, size_t> deaths_;
};

// The sum of the numbers that the expression's group finds, and how often it is found.
struct Found {
  int64_t sum = 0, count = 0;
};
Found Find(const std::string& text, const char* expression) {
  const std::regex regex(expression);
  Found found;
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) {
    found.sum += std::atoll((*at)[1].str().c_str());
    ++found.count;
  }
  return found;
}

TEST(KillTest, WorkersKilledAtRandomWhileOthersJoinLeaveThetaAsItIs) {
  const int kills = Count(100, 1000);
  std::mt19937 random(kSeed);
  Cluster cluster;
  const std::string job = cluster.Submit(kEndlessJob);
  Mortals workers(cluster, random, /*mean_seconds=*/5);
  size_t started = 0;
  for (int kill = 0; kill < kills; ++kill) {
    for (const size_t wanted = 4 + random() % 5; workers.alive() < wanted; ++started) {
      workers.Start();
    }
    workers.KillNext();
  }
  const int64_t step = cluster.Show(job).summary().step();
  Found remade;
  for (size_t i = 0; i < started; ++i) {
    const Found own = Find(cluster.worker(i).output(), "was re-made: ([0-9]+) inner steps");
    remade.sum += own.sum;
    remade.count += own.count;
  }
  const Found lost = Find(cluster.coordinator().standard_error(), "; ([0-9]+) blocks go to others");
  std::printf(
      "seed %u: %d kills of %zu workers, %lld outer steps; the killed held %lld blocks; "
      "%lld were re-made, by %lld inner steps\n",
      kSeed, kills, started, static_cast<long long>(step), static_cast<long long>(lost.sum),
      static_cast<long long>(remade.count), static_cast<long long>(remade.sum));
  // What is lost is the lease of each block that the killed held, and nothing that was answered: it
  // is re-made once, from its episode's start at most. A newcomer is given its share, too.
  EXPECT_LE(remade.count, lost.sum + (static_cast<int64_t>(started) * kEndlessBlocks / 4));
  EXPECT_LE(remade.sum, remade.count * kEndlessReplay);
  ASSERT_GT(step, 0);
  EXPECT_EQ(HashAt(cluster, job, step), UndisturbedHashAt(step));
}

}  // namespace
}  // namespace paceline
