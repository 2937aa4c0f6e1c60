// The store on a disk that loses power and fails to sync, at every call of its life in turn.
#include "coordinator/store/sqlite_store.h"

#include "fmt/format.h"
#include "tests/sim/sim_fixture.h"
#include "tests/testing/sim/fake_cluster.h"

namespace paceline {
namespace {

class StoreOnDiskTest : public SimFixture {
 protected:
  struct Machine {
    Machine(const std::string& on, uint64_t seed)
        : folder(on), trace(timeline), disk(on, SimRandom(seed), trace, failpoints) {}
    const std::string folder;
    Timeline timeline;
    SimTrace trace;
    Failpoints failpoints;
    SimDisk disk;
  };

  // A life: opens the store and adds a job to what is there. What is acknowledged goes to
  // `acknowledged`.
  absl::Status Live(Machine& machine, DiskFault fault, std::vector<std::string>& acknowledged) {
    machine.disk.Begin(fault);
    auto store = SqliteStore::Open(machine.folder + "/coordinator.db", {.most_log_pages = 5});
    if (!store.ok()) return store.status();
    if (const auto start = (*store)->NextIncarnation(); !start.ok()) return start.status();
    JobRow job;
    job.name = fmt::format("job{}", ++jobs_);
    job.config = ToyConfig(job.name);
    absl::Status added = (*store)->AddJob(job);
    if (added.ok() && !machine.disk.off()) acknowledged.push_back(job.name);
    const bool durable =
        machine.disk.IsDurable({FileKind::kDatabase, FileKind::kWal, FileKind::kAnchor});
    EXPECT_TRUE(!added.ok() || machine.disk.off() || durable);
    return added;
  }
  // No fault: the store has what was acknowledged.
  void ExpectWhole(Machine& machine, const std::vector<std::string>& acknowledged) {
    machine.disk.Begin({});
    auto store = SqliteStore::Open(machine.folder + "/coordinator.db");
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_TRUE((*store)->losses().empty());
    const auto rows = (*store)->Jobs();
    ASSERT_TRUE(rows.ok()) << rows.status();
    for (const std::string& job : acknowledged) {
      EXPECT_EQ(std::ranges::count(*rows, job, &JobRow::name), 1) << job;
    }
  }

 private:
  int jobs_ = 0;
};

TEST_F(StoreOnDiskTest, PowerThatIsLostAtAnyCallOfItsFirstLivesCostsNothing) {
  using Kind = DiskFault::Kind;
  for (const Kind kind : {Kind::kBefore, Kind::kTorn}) {
    bool reached = true;
    for (uint64_t call = 1; reached; ++call) {
      for (uint64_t seed = 1; seed <= 4; ++seed) {
        SCOPED_TRACE(fmt::format("call {}, seed {}", call, seed));
        Machine machine(NewFolder(), seed);
        std::vector<std::string> acknowledged;
        (void)Live(machine, {.kind = kind, .call = call}, acknowledged);
        reached = machine.disk.off();
        machine.disk.TurnOff();
        machine.disk.LosePower();
        ExpectWhole(machine, acknowledged);
        if (HasFailure()) return;
      }
    }
  }
}

// What a failed sync was for is seen by whoever reads, and not on the disk.
TEST_F(StoreOnDiskTest, ASyncThatFailedIsToldAndCostsNothingWhateverComesNext) {
  bool failed = true;
  for (uint64_t sync = 1; failed; ++sync) {
    bool reached = true;
    for (uint64_t call = 1; reached; call += 1 + call % 2) {
      SCOPED_TRACE(fmt::format("after call {}, then at call {}", sync, call));
      Machine machine(NewFolder(), call);
      std::vector<std::string> acknowledged;
      ASSERT_TRUE(Live(machine, {}, acknowledged).ok());
      const absl::Status told =
          Live(machine, {.kind = DiskFault::Kind::kNoSync, .call = sync}, acknowledged);
      failed = machine.disk.failed_sync();
      (void)Live(machine, {.kind = DiskFault::Kind::kBefore, .call = call}, acknowledged);
      reached = machine.disk.off();
      machine.disk.TurnOff();
      machine.disk.LosePower();
      ExpectWhole(machine, acknowledged);
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace paceline
