// Who holds which block of a job, and who was asked for its window: a table without opinions.
//
// A lease is one worker's permission to answer for one block in one outer step. A block has one
// while all goes well, and more where it is late or its answer is checked.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "common/base/clock.h"
#include "coordinator/lease/lease_time.h"
#include "coordinator/roster/roster.h"

namespace paceline {

struct Lease {
  enum class Kind {
    kWork,   // of the block's owner
    kHelp,   // of somebody else, as the owner is late: who answers first is the owner
    kCheck,  // of somebody else, to compare with: the block stays where it is
  };
  enum class State {
    kOpen,
    kLate,  // its deadline is over; an answer is welcome all the same
    kAnswered,
    kEnded,  // somebody else was quicker; an answer is compared
  };
  WorkerId worker{};
  uint64_t epoch = 0;  // that the answer must repeat
  Kind kind = Kind::kWork;
  LeaseWork work{};
  bool first = false;  // the worker had answered nothing of the job: setting up is in its time
  SteadyTime since{};
  SteadyTime deadline{};
  State state = State::kOpen;

  bool is_waited_for() const { return state == State::kOpen || state == State::kLate; }
};

struct BlockPlace {
  std::optional<WorkerId> owner;   // holds its state, or is to make it
  std::optional<WorkerId> holder;  // who answered last: has its state
  std::optional<WorkerId> avoid;   // who failed on it
  std::vector<Lease> leases;       // of this window

  const Lease* LeaseOf(WorkerId worker) const;
  // Not yet answered by the lease's worker, late or not, of this kind.
  bool IsWaitedFor(Lease::Kind kind) const;
  std::vector<WorkerId> asked() const;
};

// Not thread-safe.
class LeaseBook {
 public:
  explicit LeaseBook(uint32_t blocks) : places_(blocks), asked_before_(blocks) {}

  uint32_t blocks() const { return static_cast<uint32_t>(places_.size()); }
  const BlockPlace& place(uint32_t block) const { return places_[block]; }
  // Blocks that it owns; leases that it is waited for. Logarithmic in the workers.
  uint32_t Owned(WorkerId worker) const { return AccountOf(worker).owned; }
  uint32_t WaitedFor(WorkerId worker) const { return AccountOf(worker).waited_for; }
  // Of these, those that are not late.
  uint32_t Open(WorkerId worker) const { return AccountOf(worker).open; }
  // It had a lease on the block in the outer step before this one.
  bool WasAskedBefore(uint32_t block, WorkerId worker) const;

  void SetOwner(uint32_t block, std::optional<WorkerId> owner);
  void SetAvoid(uint32_t block, WorkerId worker) { places_[block].avoid = worker; }
  // In place of one that the worker had on the block for this window.
  void Grant(uint32_t block, const Lease& lease);
  // The worker, which has a lease on the block, has answered: it holds the block's state.
  void Answer(uint32_t block, WorkerId worker);
  // Nobody is waited for any more who is to answer for the block (not those who check). Who they
  // are.
  std::vector<WorkerId> EndOthers(uint32_t block);
  // The worker is not waited for any more; an answer that is under way is no offence. Nothing
  // happens without a lease.
  void End(uint32_t block, WorkerId worker);
  // As if it had not been asked; nothing happens without a lease.
  void Revoke(uint32_t block, WorkerId worker);
  // The worker is gone: its leases, blocks and marks too. The blocks that it owned, in order.
  std::vector<uint32_t> Drop(WorkerId worker);
  // A new window of the block: its leases are over.
  void NextWindow(uint32_t block);
  void Clear();

  struct Due {
    uint32_t block = 0;
    Lease lease;
  };
  // Those that have run out since the last call, marked late; deadlines follow from what a block's
  // window takes as a rule, as far as that is known by now. Walks over all leases.
  using WindowSeconds = std::function<std::optional<double>(uint32_t block)>;
  std::vector<Due> TakeLate(SteadyTime now, const WindowSeconds& window_seconds);
  // All leases that are open last so much longer.
  void Postpone(SteadyTime::duration time);

 private:
  struct Account {
    uint32_t owned = 0;
    uint32_t waited_for = 0;
    uint32_t open = 0;
  };

  Account AccountOf(WorkerId worker) const;
  Lease* FindLease(uint32_t block, WorkerId worker);
  void SetState(Lease& lease, Lease::State state);

  std::vector<BlockPlace> places_;                   // [block]
  std::vector<std::vector<WorkerId>> asked_before_;  // [block]
  std::map<WorkerId, Account> accounts_;
};

}  // namespace paceline
