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
#include <random>
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

int Count(int usual, int in_long) { return std::getenv("PACELINE_LONG_TESTS") ? in_long : usual; }

void Pause(milliseconds time) {
  WaitUntil([] { return false; }, time);
}

// Of the outer steps that a coordinator's log tells, the first and the last; 0 if there is none.
struct Steps {
  int64_t first = 0, last = 0;
};
Steps StepsIn(const std::string& log) {
  const auto at = [&](size_t place) {
    return place == std::string::npos ? 0 : std::atoll(log.c_str() + place + sizeof(kStepLine) - 1);
  };
  return {at(log.find(kStepLine)), at(log.rfind(kStepLine))};
}

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
  cluster.WaitForStep(job, step);
  return HashAt(cluster, job, step);
}

TEST(KillTest, CoordinatorsKilledAtRandomLeaveThetaAsItIs) {
  const int kills = Count(25, 2000);
  std::mt19937 random(kSeed);
  Cluster cluster;
  for (int i = 0; i < 3; ++i) cluster.StartWorker();
  const std::string job = cluster.Submit(kEndlessJob);
  ASSERT_TRUE(cluster.coordinator().WaitForOutput(kStepLine));
  std::vector<double> seconds;
  int64_t acknowledged = 0;
  for (int kill = 0; kill < kills; ++kill) {
    SCOPED_TRACE(fmt::format("kill {} of {}", kill, kills));
    // One in five at once, which may be before its first work.
    Pause(milliseconds(kill % 5 == 4 ? random() % 50 : 50 + random() % 250));
    cluster.coordinator().Signal(SIGKILL);
    cluster.coordinator().Wait();
    const Steps steps = StepsIn(cluster.coordinator().standard_error());
    if (steps.last > 0) {
      EXPECT_GT(steps.first, acknowledged) << "an outer step that was acknowledged was done again";
      acknowledged = steps.last;
    }
    const Clock::time_point begin = Clock::now();
    cluster.RestartCoordinator();
    if (kill % 5 == 3) continue;
    ASSERT_TRUE(cluster.coordinator().WaitForOutput(kStepLine));
    seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
  }
  ASSERT_TRUE(cluster.coordinator().WaitForOutput(kStepLine));
  const int64_t step = StepsIn(cluster.coordinator().standard_error()).last;
  std::ranges::sort(seconds);
  std::printf(
      "seed %u: %d kills, %lld outer steps; from a start to the first outer step "
      "%.2f s (median), %.2f s (p99), %.2f s (worst)\n",
      kSeed, kills, static_cast<long long>(step), seconds[seconds.size() / 2],
      seconds[seconds.size() * 99 / 100], seconds.back());
  EXPECT_LT(seconds.back(), 10);
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

int64_t CountIn(const std::string& text, const std::string& part) {
  int64_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(KillTest, WorkersKilledAtRandomWhileOthersJoinLeaveThetaAsItIs) {
  const int kills = Count(15, 100);
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
  int64_t remade = 0;
  for (size_t i = 0; i < started; ++i) remade += CountIn(cluster.worker(i).output(), "was re-made");
  std::printf("seed %u: %d kills of %zu workers, %lld outer steps; %lld blocks were re-made\n",
              kSeed, kills, started, static_cast<long long>(step), static_cast<long long>(remade));
  ASSERT_GT(step, 0);
  EXPECT_EQ(HashAt(cluster, job, step), UndisturbedHashAt(step));
}

}  // namespace
}  // namespace paceline
