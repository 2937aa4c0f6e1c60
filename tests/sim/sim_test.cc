// The real coordinator and its store in simulated clusters, each a seed's: whatever goes wrong, θ
// is that of a job that nothing disturbs, nothing that was shown is lost, all jobs end, and the
// same seed gives the same run.
//
// 2,000 seeds; with PACELINE_LONG_TESTS 100,000, or as many as an hour has; with PACELINE_SIM_SEED
// that one alone, and the end of its trace; with PACELINE_SIM_SEEDS so many. PACELINE_SIM_LOG=1
// prints what the coordinator logs, hears and says.
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest-spi.h"
#include "tests/sim/sim_fixture.h"

namespace paceline {
namespace {

struct Seeds {
  uint64_t first = 1, count = 1;
  std::chrono::minutes most{60};
};

Seeds SeedsOfThisRun() {
  const char* first = std::getenv("PACELINE_SIM_SEED");
  const char* count = std::getenv("PACELINE_SIM_SEEDS");
  Seeds seeds;
  if (first) seeds.first = std::strtoull(first, nullptr, 10);
  if (count) {
    seeds.count = std::strtoull(count, nullptr, 10);
  } else if (!first) {
    seeds.count = std::getenv("PACELINE_LONG_TESTS") ? 100'000 : 2'000;
  }
  return seeds;
}

// Three strict jobs, one with a quorum, an asynchronous one.
SimPlan PlanOfSeed(uint64_t seed) {
  if (seed % 5 == 3) return PlanOf(seed, v1::AGGREGATION_QUORUM);
  if (seed % 5 == 4) return PlanOf(seed, v1::AGGREGATION_ASYNC);
  return PlanOf(seed);
}

class SimTest : public SimFixture {
 protected:
  // False: something is wrong, and has been told.
  bool RunTwice(uint64_t seed) {
    const SimPlan plan = PlanOfSeed(seed);
    const SimOutcome first = Run(plan, seed, failpoints_);
    if (!HasFailure()) {
      Failpoints ignored;
      const SimOutcome second = Run(plan, seed, ignored);
      EXPECT_EQ(first.digest, second.digest) << "the same seed gave another run";
      EXPECT_EQ(first.events, second.events);
    }
    events_ += first.events;
    lives_ += first.lives;
    longest_ = std::max(longest_, first.virtual_time);
    if (!HasFailure() && !talks_) return true;
    fmt::print("{}seed {}: {} events, {} lives, {} s, trace {}\n", first.tail, seed, first.events,
               first.lives, first.virtual_time.count(), first.digest.substr(0, 16));
    return !HasFailure();
  }

  bool talks_ = false;
  Failpoints failpoints_;
  uint64_t events_ = 0;
  int64_t lives_ = 0;
  std::chrono::seconds longest_{};
};

TEST_F(SimTest, WhateverGoesWrongThetaIsTheUndisturbedOneAndTheSameSeedGivesTheSameRun) {
  const Seeds seeds = SeedsOfThisRun();
  talks_ = seeds.count == 1;
  const auto began = std::chrono::steady_clock::now();
  const std::clock_t processor = std::clock();
  uint64_t done = 0;
  for (; done < seeds.count && std::chrono::steady_clock::now() - began < seeds.most; ++done) {
    const uint64_t seed = seeds.first + done;
    if (RunTwice(seed)) continue;
    FAIL() << "PACELINE_SIM_SEED=" << seed
           << " build/release/tests/sim_test --gtest_filter=SimTest.Whatever*";
  }
  fmt::print(
      "{} seeds, each twice, in {:.1f} s of the processor: {} events and {} lives of a "
      "coordinator; "
      "the longest run had {} s\n",
      done, static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC, events_, lives_,
      longest_.count());
  if (seeds.count < 2'000) return;
  fmt::print("{}", failpoints_.ToText());
  for (const std::string& name : failpoints_.Missing()) {
    ADD_FAILURE() << "never reached: " << name;
  }
}

// Whatever the seed: each shows that the simulator can fail.
class LeftOutTest : public SimFixture, public ::testing::WithParamInterface<FileKind> {
 protected:
  // What is complained of in a run on a disk that does not sync such files.
  std::string ComplaintsOf(uint64_t seed) {
    ::testing::TestPartResultArray complaints;
    {
      const ::testing::ScopedFakeTestPartResultReporter reporter(&complaints);
      const std::string folder = NewFolder();
      const SimPlan plan = PlanOf(seed);
      Failpoints ignored;
      SimWorld world(plan, seed, folder, ignored);
      world.disk().IgnoreSyncs(GetParam());
      world.Run();
    }
    std::string text;
    for (int i = 0; i < complaints.size(); ++i) {
      text += complaints.GetTestPartResult(i).message();
    }
    return text;
  }
};
INSTANTIATE_TEST_SUITE_P(Of, LeftOutTest,
                         ::testing::Values(FileKind::kDatabase, FileKind::kWal, FileKind::kAnchor),
                         [](const auto& kind) { return std::string(NameOf(kind.param)); });

TEST_P(LeftOutTest, ASyncThatIsLeftOutIsNoticed) {
  EXPECT_THAT(ComplaintsOf(1), ::testing::HasSubstr("before its scalars are durable"));
}

}  // namespace
}  // namespace paceline
