#include <algorithm>
#include <map>
#include <random>

#include "coordinator/schedule/schedule.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

// Workers that come and go while blocks run through episodes of different lengths.
class World {
 public:
  World(uint32_t seed, int blocks) : random_(seed) {
    for (int i = 0; i < blocks; ++i) {
      ScheduleBlock block;
      block.windows_left = 1 + Draw(kEpisode);
      blocks_.push_back(block);
    }
  }

  void ComeAndGo() {
    if (workers_.empty() || Draw(4) == 0) {
      workers_.push_back({WorkerId{next_id_++}, static_cast<uint32_t>(1 + Draw(3))});
    } else if (Draw(4) == 0) {
      workers_.erase(workers_.begin() + Draw(static_cast<int>(workers_.size())));
    }
  }

  // One outer step: blocks are handed out twice, before and after a part of them was sent.
  void Step() {
    Plan();
    for (ScheduleBlock& block : blocks_) block.open = Draw(2) == 0;
    ComeAndGo();
    Plan();
    NextWindow();
  }

  void QuietStep() {
    Plan();
    NextWindow();
  }

  void Plan() {
    const auto moves = PlanMoves({.workers = workers_, .blocks = blocks_});
    std::map<uint32_t, int> moved;
    for (const BlockMove& move : moves) {
      EXPECT_EQ(++moved[move.block], 1) << "a block moved twice";
      EXPECT_TRUE(Present(move.to)) << "a block went to a worker that is not there";
      ScheduleBlock& block = blocks_[move.block];
      EXPECT_NE(block.owner, move.to) << "a block moved to where it was";
      EXPECT_TRUE(block.open || !block.owner || !Present(*block.owner))
          << "work under way was thrown away";
      block.owner = move.to;
    }
    for (const ScheduleBlock& block : blocks_) {
      EXPECT_TRUE(workers_.empty() || (block.owner && Present(*block.owner)))
          << "a block was left without an owner";
    }
    EXPECT_TRUE(PlanMoves({.workers = workers_, .blocks = blocks_}).empty() || workers_.empty() ||
                moves.empty() || HasIdle())
        << "a plan was not final";
  }

  // No worker could give a block away and both be better off.
  void ExpectBalanced() const {
    for (const ScheduleWorker& from : workers_) {
      for (const ScheduleWorker& to : workers_) {
        if (from.id == to.id) continue;
        EXPECT_GE((Count(to.id) + 1) * from.threads, Count(from.id) * to.threads);
      }
    }
  }

 private:
  static constexpr int kEpisode = 12;

  int Draw(int bound) { return static_cast<int>(random_() % bound); }
  bool Present(WorkerId id) const {
    return std::ranges::count(workers_, id, &ScheduleWorker::id) == 1;
  }
  int64_t Count(WorkerId id) const {
    return std::ranges::count(blocks_, std::optional<WorkerId>(id), &ScheduleBlock::owner);
  }
  bool HasIdle() const {
    return std::ranges::any_of(workers_, [&](const auto& worker) { return Count(worker.id) == 0; });
  }

  void NextWindow() {
    for (ScheduleBlock& block : blocks_) {
      block.open = true;
      ++block.windows_done;
      if (--block.windows_left > 0) continue;
      block.windows_done = 0;
      block.windows_left = 1 + Draw(kEpisode);
    }
  }

  std::mt19937 random_;
  uint64_t next_id_ = 1;
  std::vector<ScheduleWorker> workers_;
  std::vector<ScheduleBlock> blocks_;
};

TEST(ScheduleRandomTest, EveryBlockHasOneOwnerAndWorkUnderWayIsKept) {
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    World world(seed, 1 + static_cast<int>(seed % 23));
    for (int step = 0; step < 60; ++step) world.Step();
  }
}

TEST(ScheduleRandomTest, LoadEvensOutWhileNobodyComesOrGoes) {
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    World world(seed, 1 + static_cast<int>(seed % 23));
    for (int step = 0; step < 20; ++step) world.Step();
    for (int step = 0; step < 60; ++step) world.QuietStep();
    world.Plan();
    world.ExpectBalanced();
  }
}

}  // namespace
}  // namespace paceline
