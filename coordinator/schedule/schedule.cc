#include "coordinator/schedule/schedule.h"

#include <algorithm>
#include <limits>

namespace paceline {
namespace {

class Planner {
 public:
  explicit Planner(const ScheduleSnapshot& snapshot)
      : workers_(snapshot.workers),
        blocks_(snapshot.blocks),
        owners_(blocks_.size(), -1),
        counts_(workers_.size(), 0) {
    std::ranges::sort(workers_, {}, &ScheduleWorker::id);
    for (size_t block = 0; block < blocks_.size(); ++block) {
      for (size_t worker = 0; worker < workers_.size(); ++worker) {
        if (blocks_[block].owner == workers_[worker].id) Give(block, static_cast<int>(worker));
      }
    }
  }

  std::vector<BlockMove> Plan() {
    if (workers_.empty()) return {};
    PlaceUnowned();
    EvenOutFreely();
    FeedIdle();
    std::vector<BlockMove> moves;
    for (size_t block = 0; block < blocks_.size(); ++block) {
      if (owners_[block] < 0) continue;
      const WorkerId to = workers_[owners_[block]].id;
      if (blocks_[block].owner != to) moves.push_back({static_cast<uint32_t>(block), to});
    }
    return moves;
  }

 private:
  void PlaceUnowned() {
    for (size_t block = 0; block < blocks_.size(); ++block) {
      if (owners_[block] >= 0) continue;
      int to = LeastLoaded(blocks_[block].avoid);
      if (to < 0) to = LeastLoaded(std::nullopt);
      if (to >= 0) Give(block, to);
    }
  }

  void EvenOutFreely() {
    for (size_t block = 0; block < blocks_.size(); ++block) {
      if (owners_[block] < 0 || !blocks_[block].open || blocks_[block].windows_done > 0) continue;
      const int to = LeastLoaded(blocks_[block].avoid);
      if (Relieves(to, owners_[block])) Give(block, to);
    }
  }

  void FeedIdle() {
    for (size_t worker = 0; worker < workers_.size(); ++worker) {
      if (counts_[worker] > 0) continue;
      const int donor = MostLoaded();
      if (!Relieves(static_cast<int>(worker), donor)) continue;
      const int block = CheapestOf(donor);
      if (block >= 0 && blocks_[block].avoid != workers_[worker].id && PaysOff(block, donor)) {
        Give(block, static_cast<int>(worker));
      }
    }
  }

  // In units of one window's time: the replay runs while the donor works on its other blocks, and
  // waiting costs about one window in each outer step until some block can move for free.
  bool PaysOff(int block, int donor) const {
    int64_t wait = std::numeric_limits<int64_t>::max();
    for (size_t other = 0; other < blocks_.size(); ++other) {
      if (owners_[other] == donor) wait = std::min(wait, blocks_[other].windows_left);
    }
    const int64_t load = counts_[donor] / workers_[donor].threads;
    return blocks_[block].windows_done <= load + wait;
  }

  // A worker with one block more still has fewer per thread than the other has now.
  bool Relieves(int to, int from) const {
    return to >= 0 && to != from && HasRoom(to) &&
           (counts_[to] + 1) * workers_[from].threads <
               counts_[from] * static_cast<int64_t>(workers_[to].threads);
  }

  bool HasRoom(int worker) const { return counts_[worker] < workers_[worker].max_blocks; }

  // By blocks per thread after one more; the older worker if equal. −1 if all are full.
  int LeastLoaded(std::optional<WorkerId> avoid) const {
    int best = -1;
    for (int worker = 0; worker < static_cast<int>(workers_.size()); ++worker) {
      if (!HasRoom(worker) || (avoid == workers_[worker].id && workers_.size() > 1)) continue;
      if (best < 0 || (counts_[worker] + 1) * workers_[best].threads <
                          (counts_[best] + 1) * workers_[worker].threads) {
        best = worker;
      }
    }
    return best;
  }

  int MostLoaded() const {
    int best = 0;
    for (int worker = 1; worker < static_cast<int>(workers_.size()); ++worker) {
      if (counts_[worker] * workers_[best].threads > counts_[best] * workers_[worker].threads) {
        best = worker;
      }
    }
    return best;
  }

  // The open block of the worker with the fewest windows to replay, or −1.
  int CheapestOf(int worker) const {
    int best = -1;
    for (int block = 0; block < static_cast<int>(blocks_.size()); ++block) {
      if (owners_[block] != worker || !blocks_[block].open) continue;
      if (best < 0 || blocks_[block].windows_done < blocks_[best].windows_done) best = block;
    }
    return best;
  }

  void Give(size_t block, int worker) {
    if (owners_[block] >= 0) --counts_[owners_[block]];
    owners_[block] = worker;
    ++counts_[worker];
  }

  std::vector<ScheduleWorker> workers_;
  const std::vector<ScheduleBlock>& blocks_;
  std::vector<int> owners_;      // [block] index into workers_, −1: none
  std::vector<int64_t> counts_;  // [worker] blocks owned
};

}  // namespace

std::vector<BlockMove> PlanMoves(const ScheduleSnapshot& snapshot) {
  return Planner(snapshot).Plan();
}

}  // namespace paceline
