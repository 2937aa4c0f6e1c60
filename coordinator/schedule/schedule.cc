#include "coordinator/schedule/schedule.h"

#include <algorithm>
#include <limits>
#include <set>

namespace paceline {
namespace {

constexpr int kNobody = -1;

// Workers by how many blocks per thread they have. Every choice takes logarithmic time.
class Planner {
 public:
  explicit Planner(const ScheduleSnapshot& snapshot)
      : workers_(snapshot.workers),
        blocks_(snapshot.blocks),
        owners_(blocks_.size(), kNobody),
        owned_(workers_.size()) {
    std::ranges::sort(workers_, {}, &ScheduleWorker::id);
    for (size_t block = 0; block < blocks_.size(); ++block) {
      const int owner = IndexOf(blocks_[block].owner);
      owners_[block] = owner;
      if (owner != kNobody) owned_[owner].insert(static_cast<int>(block));
    }
    for (int worker = 0; worker < static_cast<int>(workers_.size()); ++worker) Enter(worker);
  }

  std::vector<BlockMove> Plan() {
    if (workers_.empty()) return {};
    PlaceUnowned();
    EvenOutFreely();
    FeedIdle();
    std::vector<BlockMove> moves;
    for (size_t block = 0; block < blocks_.size(); ++block) {
      if (owners_[block] == kNobody) continue;
      const WorkerId to = workers_[owners_[block]].id;
      if (blocks_[block].owner != to) moves.push_back({static_cast<uint32_t>(block), to});
    }
    return moves;
  }

 private:
  // (blocks + added) / threads, exactly; the older worker first if equal.
  struct Load {
    int64_t blocks = 0;
    int64_t threads = 1;
    int worker = kNobody;
    bool operator<(const Load& other) const {
      const int64_t own = blocks * other.threads, others = other.blocks * threads;
      return own != others ? own < others : worker < other.worker;
    }
  };
  struct MostFirst {
    bool operator()(const Load& a, const Load& b) const {
      const int64_t own = a.blocks * b.threads, others = b.blocks * a.threads;
      return own != others ? own > others : a.worker < b.worker;
    }
  };

  void PlaceUnowned() {
    for (size_t block = 0; block < blocks_.size(); ++block) {
      if (owners_[block] != kNobody) continue;
      int to = LeastLoaded(blocks_[block].avoid);
      if (to == kNobody) to = LeastLoaded(std::nullopt);
      if (to != kNobody) Give(static_cast<int>(block), to);
    }
  }

  void EvenOutFreely() {
    for (size_t block = 0; block < blocks_.size(); ++block) {
      if (owners_[block] == kNobody || !blocks_[block].open || blocks_[block].windows_done > 0) {
        continue;
      }
      const int to = LeastLoaded(blocks_[block].avoid);
      if (Relieves(to, owners_[block])) Give(static_cast<int>(block), to);
    }
  }

  void FeedIdle() {
    std::vector<int> idle;
    for (int worker = 0; worker < static_cast<int>(workers_.size()); ++worker) {
      if (Count(worker) == 0 && HasRoom(worker)) idle.push_back(worker);
    }
    int tried = kNobody;  // a donor that has nothing to give
    for (const int worker : idle) {
      const int donor = most_.begin()->worker;
      if (donor == tried || !Relieves(worker, donor)) continue;
      const int block = CheapestOf(donor);
      if (block == kNobody || !PaysOff(block, donor)) {
        tried = donor;
      } else if (blocks_[block].avoid != workers_[worker].id) {
        Give(block, worker);
      }
    }
  }

  // In units of one window's time: the replay runs while the donor works on its other blocks, and
  // waiting costs about one window in each outer step until some block can move for free.
  bool PaysOff(int block, int donor) const {
    int64_t wait = std::numeric_limits<int64_t>::max();
    for (const int other : owned_[donor]) wait = std::min(wait, blocks_[other].windows_left);
    const int64_t load = Count(donor) / workers_[donor].threads;
    return blocks_[block].windows_done <= load + wait;
  }

  // A worker with one block more still has fewer per thread than the other has now.
  bool Relieves(int to, int from) const {
    return to != kNobody && to != from && HasRoom(to) &&
           (Count(to) + 1) * workers_[from].threads <
               Count(from) * static_cast<int64_t>(workers_[to].threads);
  }

  int64_t Count(int worker) const { return std::ssize(owned_[worker]); }
  bool HasRoom(int worker) const { return Count(worker) < workers_[worker].max_blocks; }

  // By blocks per thread after one more.
  int LeastLoaded(std::optional<WorkerId> avoid) const {
    for (const Load& load : least_) {
      if (avoid != workers_[load.worker].id || workers_.size() == 1) return load.worker;
    }
    return kNobody;
  }

  // The open block of the worker with the fewest windows to replay.
  int CheapestOf(int worker) const {
    int best = kNobody;
    for (const int block : owned_[worker]) {
      if (!blocks_[block].open) continue;
      if (best == kNobody || blocks_[block].windows_done < blocks_[best].windows_done) best = block;
    }
    return best;
  }

  void Give(int block, int worker) {
    const int from = owners_[block];
    if (from != kNobody) {
      Leave(from);
      owned_[from].erase(block);
      Enter(from);
    }
    Leave(worker);
    owners_[block] = worker;
    owned_[worker].insert(block);
    Enter(worker);
  }

  // The worker's load is about to change, or has.
  void Leave(int worker) {
    least_.erase(LoadOf(worker, 1));
    most_.erase(LoadOf(worker, 0));
  }
  void Enter(int worker) {
    if (HasRoom(worker)) least_.insert(LoadOf(worker, 1));
    most_.insert(LoadOf(worker, 0));
  }
  Load LoadOf(int worker, int added) const {
    return {Count(worker) + added, workers_[worker].threads, worker};
  }

  int IndexOf(std::optional<WorkerId> id) const {
    if (!id) return kNobody;
    const auto found = std::ranges::lower_bound(workers_, *id, {}, &ScheduleWorker::id);
    if (found == workers_.end() || found->id != *id) return kNobody;
    return static_cast<int>(found - workers_.begin());
  }

  std::vector<ScheduleWorker> workers_;
  const std::vector<ScheduleBlock>& blocks_;
  std::vector<int> owners_;           // [block] index into workers_
  std::vector<std::set<int>> owned_;  // [worker] blocks
  std::set<Load> least_;              // of those with room, by load after one more block
  std::set<Load, MostFirst> most_;    // of all
};

}  // namespace

std::vector<BlockMove> PlanMoves(const ScheduleSnapshot& snapshot) {
  return Planner(snapshot).Plan();
}

}  // namespace paceline
