#include "coordinator/lease/lease_book.h"

#include <algorithm>
#include <utility>

namespace paceline {

const Lease* BlockPlace::LeaseOf(WorkerId worker) const {
  const auto found = std::ranges::find(leases, worker, &Lease::worker);
  return found == leases.end() ? nullptr : &*found;
}

bool BlockPlace::IsWaitedFor(Lease::Kind kind) const {
  return std::ranges::any_of(
      leases, [kind](const Lease& lease) { return lease.kind == kind && lease.is_waited_for(); });
}

std::vector<WorkerId> BlockPlace::asked() const {
  std::vector<WorkerId> workers;
  for (const Lease& lease : leases) workers.push_back(lease.worker);
  return workers;
}

bool LeaseBook::WasAskedBefore(uint32_t block, WorkerId worker) const {
  return std::ranges::count(asked_before_[block], worker) > 0;
}

void LeaseBook::SetOwner(uint32_t block, std::optional<WorkerId> owner) {
  std::optional<WorkerId>& own = places_[block].owner;
  if (own) --accounts_[*own].owned;
  own = owner;
  if (own) ++accounts_[*own].owned;
}

void LeaseBook::Grant(uint32_t block, const Lease& lease) {
  Revoke(block, lease.worker);
  ++accounts_[lease.worker].waited_for;
  ++accounts_[lease.worker].open;
  places_[block].leases.push_back(lease);
}

void LeaseBook::Answer(uint32_t block, WorkerId worker) {
  SetState(*FindLease(block, worker), Lease::State::kAnswered);
  BlockPlace& place = places_[block];
  place.avoid.reset();
  if (place.owner == worker) place.holder = worker;
}

std::vector<WorkerId> LeaseBook::EndOthers(uint32_t block) {
  std::vector<WorkerId> ended;
  for (Lease& lease : places_[block].leases) {
    if (!lease.is_waited_for() || lease.kind == Lease::Kind::kCheck) continue;
    SetState(lease, Lease::State::kEnded);
    ended.push_back(lease.worker);
  }
  return ended;
}

void LeaseBook::End(uint32_t block, WorkerId worker) {
  if (Lease* lease = FindLease(block, worker)) SetState(*lease, Lease::State::kEnded);
}

void LeaseBook::Revoke(uint32_t block, WorkerId worker) {
  End(block, worker);
  std::erase_if(places_[block].leases, [worker](const Lease& own) { return own.worker == worker; });
}

std::vector<uint32_t> LeaseBook::Drop(WorkerId worker) {
  std::vector<uint32_t> owned;
  for (uint32_t block = 0; block < places_.size(); ++block) {
    BlockPlace& place = places_[block];
    Revoke(block, worker);
    if (place.avoid == worker) place.avoid.reset();
    if (place.holder == worker) place.holder.reset();
    if (place.owner != worker) continue;
    SetOwner(block, std::nullopt);
    owned.push_back(block);
  }
  accounts_.erase(worker);
  return owned;
}

void LeaseBook::NextWindow(uint32_t block) {
  BlockPlace& place = places_[block];
  asked_before_[block] = place.asked();
  for (Lease& lease : place.leases) SetState(lease, Lease::State::kEnded);
  place.leases.clear();
}

void LeaseBook::Clear() {
  std::ranges::fill(places_, BlockPlace{});
  for (auto& asked : asked_before_) asked.clear();
  accounts_.clear();
}

std::vector<LeaseBook::Due> LeaseBook::TakeLate(SteadyTime now,
                                                const WindowSeconds& window_seconds) {
  std::vector<Due> late;
  for (uint32_t block = 0; block < places_.size(); ++block) {
    for (Lease& lease : places_[block].leases) {
      if (lease.state != Lease::State::kOpen) continue;
      lease.deadline = lease.since + LeaseTime(window_seconds(block), lease.work);
      if (now < lease.deadline) continue;
      SetState(lease, Lease::State::kLate);
      late.push_back({block, lease});
    }
  }
  return late;
}

void LeaseBook::Postpone(SteadyTime::duration time) {
  for (BlockPlace& place : places_) {
    for (Lease& lease : place.leases) {
      if (lease.state == Lease::State::kOpen) lease.since += time;
    }
  }
}

LeaseBook::Account LeaseBook::AccountOf(WorkerId worker) const {
  const auto found = accounts_.find(worker);
  return found == accounts_.end() ? Account() : found->second;
}

Lease* LeaseBook::FindLease(uint32_t block, WorkerId worker) {
  auto& leases = places_[block].leases;
  const auto found = std::ranges::find(leases, worker, &Lease::worker);
  return found == leases.end() ? nullptr : &*found;
}

void LeaseBook::SetState(Lease& lease, Lease::State state) {
  const bool was_waited_for = lease.is_waited_for();
  const bool was_open = lease.state == Lease::State::kOpen;
  lease.state = state;
  Account& account = accounts_[lease.worker];
  if (was_waited_for && !lease.is_waited_for()) --account.waited_for;
  if (was_open && state != Lease::State::kOpen) --account.open;
}

}  // namespace paceline
