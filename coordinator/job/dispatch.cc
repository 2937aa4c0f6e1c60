#include "coordinator/job/dispatch.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/lease/audit.h"
#include "fmt/format.h"

namespace paceline {

using Kind = Lease::Kind;

Dispatch::Dispatch(const Options& options, const Around& around)
    : options_(options),
      around_(around),
      leases_(around.windows.blocks()),
      epoch_(options.first_epoch),
      oldest_epoch_(options.first_epoch),
      looked_(around.clock.Now()) {}

// ---- plans

void Dispatch::LookAtLeases() {
  const SteadyTime now = around_.clock.Now();
  if (now - looked_ > kHeartbeatInterval) leases_.Postpone(now - looked_);
  looked_ = now;
  // Of each task once: a median over the workers.
  std::vector<std::optional<double>> typical;
  for (const AnswerTimes& times : times_) typical.push_back(times.Typical());
  const auto late = leases_.TakeLate(now, [&](uint32_t block) {
    return WindowSeconds(typical, static_cast<size_t>(around_.windows.of(block).task));
  });
  for (const auto& [block, lease] : late) TakeLate(block, lease);
  // Whoever was late himself may be fit to help by now.
  if (!late.empty() || !late_.empty()) due_ = true;
}

void Dispatch::TakeLate(uint32_t block, const Lease& lease) {
  const auto granted = lease.deadline - lease.since;
  if (around_.crew.Missed(lease.worker, around_.loop.step(), around_.clock.Now(), granted)) {
    around_.news.push_back(
        {lease.worker, fmt::format("is late: it has not answered for block {} of outer step {} "
                                   "within {:.3g} s",
                                   block, around_.windows.of(block).step,
                                   std::chrono::duration<double>(granted).count())});
  }
  if (lease.kind == Kind::kCheck) {
    leases_.End(block, lease.worker);
    around_.mail.Release(lease.worker, {block});
  } else if (!around_.sheet.answered(block)) {
    late_.insert(block);
  } else if (leases_.place(block).owner == lease.worker) {
    // An auditor was quicker.
    leases_.SetOwner(block, around_.sheet.testimonies(block).front().worker);
    around_.mail.Release(lease.worker, {block});
  }
}

void Dispatch::Plan(const std::function<std::vector<Candidate>()>& who_may) {
  if (!due_ || around_.loop.done()) return;
  due_ = false;
  if (!IsAnythingOpen()) return;
  std::vector<Candidate> candidates = who_may();
  for (Candidate& own : candidates) own.owned = leases_.Owned(own.id);
  workers_ = around_.crew.Fit(candidates, around_.clock.Now());
  Move();
  AskOwners();
  FindHelp();
}

bool Dispatch::IsAnythingOpen() const {
  if (!to_audit_.empty() || !checks_.empty()) return true;
  for (uint32_t block = 0; block < leases_.blocks(); ++block) {
    if (around_.sheet.answered(block)) continue;
    const BlockPlace& place = leases_.place(block);
    const bool asked = place.IsWaitedFor(Kind::kWork) || place.IsWaitedFor(Kind::kHelp);
    if (!place.owner || !asked || IsLate(block)) return true;
  }
  return false;
}

ScheduleSnapshot Dispatch::Snapshot() const {
  ScheduleSnapshot snapshot{.workers = workers_, .blocks = {}};
  snapshot.blocks.reserve(leases_.blocks());
  for (uint32_t block = 0; block < leases_.blocks(); ++block) {
    const BlockWindow& window = around_.windows.of(block);
    const BlockPlace& place = leases_.place(block);
    snapshot.blocks.push_back(
        {.owner = place.owner,
         .open = place.leases.empty() && !around_.sheet.answered(block),
         .windows_done = window.step - window.episode_start,
         .windows_left = (window.length_steps - window.first_inner_step) / window.inner_steps,
         .avoid = place.avoid});
  }
  return snapshot;
}

void Dispatch::Move() {
  std::map<WorkerId, std::vector<uint32_t>> released;
  for (const BlockMove& move : PlanMoves(Snapshot())) {
    if (const std::optional<WorkerId> old = leases_.place(move.block).owner) {
      released[*old].push_back(move.block);
      if (!around_.sheet.answered(move.block)) leases_.End(move.block, *old);
    }
    leases_.SetOwner(move.block, move.to);
  }
  for (const auto& [worker, blocks] : released) around_.mail.Release(worker, blocks);
}

void Dispatch::AskOwners() {
  std::map<WorkerId, std::vector<uint32_t>> asked;
  for (uint32_t block = 0; block < leases_.blocks(); ++block) {
    const BlockPlace& place = leases_.place(block);
    if (around_.sheet.answered(block) || !place.owner || !Find(*place.owner)) continue;
    if (place.IsWaitedFor(Kind::kWork) || place.IsWaitedFor(Kind::kHelp)) continue;
    asked[*place.owner].push_back(block);
    if (IsAudited(options_.seed, around_.windows.of(block).step, block, options_.audit_rate)) {
      to_audit_.insert(block);
    }
  }
  for (const auto& [worker, blocks] : asked) Grant(worker, Kind::kWork, blocks);
}

void Dispatch::FindHelp() {
  GiveUpChecks();
  // Who was asked for help may have gone since, as may the owner.
  late_.clear();
  for (uint32_t block = 0; block < leases_.blocks(); ++block) {
    if (IsLate(block)) late_.insert(block);
  }
  std::map<std::pair<WorkerId, Kind>, std::vector<uint32_t>> help;
  for (const auto& [block, helper] : PlanHelp(Wanted(), Helpers())) {
    const bool is_late = late_.erase(block) > 0;
    help[{helper, is_late ? Kind::kHelp : Kind::kCheck}].push_back(block);
    if (is_late) continue;
    if (to_audit_.erase(block) > 0) around_.crew.CountAudit();
    checks_.insert(block);
  }
  for (const auto& [whom, blocks] : help) Grant(whom.first, whom.second, blocks);
  GiveUpDisputes();
}

void Dispatch::GiveUpChecks() {
  std::erase_if(checks_, [this](uint32_t block) {
    const BlockPlace& place = leases_.place(block);
    return !IsDisputed(block) && !place.IsWaitedFor(Kind::kCheck) && !HasOpenLease(block);
  });
}

bool Dispatch::HasOpenLease(uint32_t block) const {
  return std::ranges::count(leases_.place(block).leases, Lease::State::kOpen, &Lease::state) > 0;
}

bool Dispatch::IsLate(uint32_t block) const {
  if (around_.sheet.answered(block)) return false;
  bool late = false;
  for (const Lease& lease : leases_.place(block).leases) {
    if (lease.kind == Kind::kCheck) continue;
    if (lease.state == Lease::State::kOpen) return false;
    late = late || lease.state == Lease::State::kLate;
  }
  return late;
}

void Dispatch::GiveUpDisputes() {
  std::erase_if(checks_, [this](uint32_t block) {
    if (!IsDisputed(block) || leases_.place(block).IsWaitedFor(Kind::kCheck)) return false;
    around_.news.push_back(
        {around_.sheet.testimonies(block).front().worker,
         absl::StrCat("and another differ on outer step ", around_.windows.of(block).step,
                      ", block ", block, ", and nobody is left to ask: the first one counts")});
    return true;
  });
}

uint32_t Dispatch::answered_checks() const {
  return static_cast<uint32_t>(std::ranges::count_if(
      checks_, [this](uint32_t block) { return around_.sheet.answered(block); }));
}

bool Dispatch::IsDisputed(uint32_t block) const {
  return around_.sheet.answered(block) && !around_.sheet.Agree(block);
}

std::vector<HelpWanted> Dispatch::Wanted() const {
  std::vector<HelpWanted> wanted;
  const auto want = [&](uint32_t block, bool of_idle = false) {
    wanted.push_back({block, leases_.place(block).asked(), of_idle});
  };
  // While somebody checks it, that answer may be the first.
  for (const uint32_t block : late_) {
    if (!HasOpenLease(block)) want(block, /*of_idle=*/true);
  }
  for (const uint32_t block : checks_) {
    if (IsDisputed(block) && !leases_.place(block).IsWaitedFor(Kind::kCheck)) want(block);
  }
  for (const uint32_t block : to_audit_) {
    if (!late_.contains(block) && !checks_.contains(block)) want(block);
  }
  return wanted;
}

std::vector<Helper> Dispatch::Helpers() const {
  std::vector<Helper> helpers;
  for (const ScheduleWorker& worker : workers_) {
    const int64_t held = std::max(leases_.Owned(worker.id), leases_.WaitedFor(worker.id));
    helpers.push_back({.id = worker.id,
                       .threads = worker.threads,
                       .under_way = leases_.Open(worker.id),
                       .room = worker.max_blocks - held});
  }
  return helpers;
}

void Dispatch::Grant(WorkerId worker, Kind kind, const std::vector<uint32_t>& blocks) {
  ++epoch_;
  const int64_t waiting = leases_.WaitedFor(worker) + std::ssize(blocks);
  const ScheduleWorker& own = *Find(worker);
  std::map<int64_t, std::vector<uint32_t>> by_step;
  for (const uint32_t block : blocks) {
    leases_.Grant(block, {.worker = worker,
                          .epoch = epoch_,
                          .kind = kind,
                          .work = WorkOf(own, block, waiting),
                          .first = !around_.crew.HasAnswered(worker),
                          .since = around_.clock.Now()});
    by_step[around_.windows.of(block).step].push_back(block);
  }
  for (const auto& [step, own_blocks] : by_step) {
    const uint64_t theta_hash = around_.sheet.question(own_blocks.front()).theta_hash;
    around_.mail.Ask(worker, epoch_, step, theta_hash, own_blocks);
  }
}

LeaseWork Dispatch::WorkOf(const ScheduleWorker& worker, uint32_t block, int64_t waiting) const {
  const BlockWindow& window = around_.windows.of(block);
  const bool holds = leases_.place(block).holder == worker.id;
  return {.rounds = (waiting + worker.threads - 1) / worker.threads,
          .replayed = holds ? 0 : window.step - window.episode_start,
          .tries = static_cast<int>(leases_.place(block).leases.size())};
}

const ScheduleWorker* Dispatch::Find(WorkerId worker) const {
  const auto found = std::ranges::lower_bound(workers_, worker, {}, &ScheduleWorker::id);
  return found == workers_.end() || found->id != worker ? nullptr : &*found;
}

// ---- what comes back

std::optional<Judgement> Dispatch::Fault(WorkerId from, const v1::WindowResult& result) const {
  const Lease* lease = leases_.place(result.block()).LeaseOf(from);
  if (result.epoch() < (lease ? lease->epoch : oldest_epoch_)) {
    return Refused(result, Refusal::kOldEpoch, " is from before the block was handed on");
  }
  if (!lease || result.epoch() != lease->epoch) {
    return Refused(result, Refusal::kNoLease, " comes from a worker that was not asked for it");
  }
  return std::nullopt;
}

void Dispatch::TakeAnswer(WorkerId from, uint32_t block, bool first) {
  const Lease lease = *leases_.place(block).LeaseOf(from);
  if (lease.is_waited_for()) Measure(from, block, lease);
  const bool moves = first && lease.kind != Kind::kCheck;
  if (moves) leases_.SetOwner(block, from);
  if (moves || lease.is_waited_for()) leases_.Answer(block, from);
  if (first) late_.erase(block);
  if (moves) {
    for (const WorkerId slower : leases_.EndOthers(block)) around_.mail.Release(slower, {block});
  }
  if (!lease.is_waited_for()) return;
  around_.crew.Answered(from);
  if (lease.kind == Kind::kCheck) around_.mail.Release(from, {block});
  if (leases_.WaitedFor(from) == 0) around_.crew.EndGoodStep(from, around_.loop.step());
}

void Dispatch::Measure(WorkerId from, uint32_t block, const Lease& lease) {
  const auto task = static_cast<size_t>(around_.windows.of(block).task);
  if (times_.size() <= task) times_.resize(task + 1);
  const double seconds = std::chrono::duration<double>(around_.clock.Now() - lease.since).count();
  times_[task].Add(from, seconds / static_cast<double>(lease.work.windows()), !lease.first);
}

bool Dispatch::TakeFailure(WorkerId from, uint32_t block) {
  if (block >= leases_.blocks() || !leases_.place(block).LeaseOf(from)) return false;
  leases_.Revoke(block, from);
  leases_.SetAvoid(block, from);
  if (leases_.place(block).owner == from && !around_.sheet.answered(block)) {
    leases_.SetOwner(block, std::nullopt);
  }
  due_ = true;
  return true;
}

uint32_t Dispatch::Forget(WorkerId worker) {
  around_.mail.Forget(worker);
  for (AnswerTimes& times : times_) times.Forget(worker);
  std::erase_if(workers_, [worker](const ScheduleWorker& own) { return own.id == worker; });
  due_ = true;
  return static_cast<uint32_t>(leases_.Drop(worker).size());
}

void Dispatch::BeginCheck(uint32_t block) {
  checks_.insert(block);
  due_ = true;
}

void Dispatch::Open(uint32_t block) {
  leases_.NextWindow(block);
  late_.erase(block);
  to_audit_.erase(block);
  checks_.erase(block);
  due_ = true;
}

bool Dispatch::HasOthers(uint32_t block) const {
  const std::optional<WorkerId> owner = leases_.place(block).owner;
  return std::ranges::any_of(workers_, [&](const ScheduleWorker& other) {
    return other.id != owner && other.max_blocks > leases_.Owned(other.id);
  });
}

void Dispatch::HandOver(uint32_t block) {
  const std::optional<WorkerId> owner = leases_.place(block).owner;
  if (!owner) return;
  if (around_.crew.Missed(*owner, around_.loop.step(), around_.clock.Now(), kShortestLease)) {
    around_.news.push_back({*owner, absl::StrCat("is behind: block ", block, " of outer step ",
                                                 around_.loop.step(), " goes to another")});
  }
  around_.mail.Release(*owner, {block});
  leases_.SetOwner(block, std::nullopt);
  leases_.SetAvoid(block, *owner);
  due_ = true;
}

void Dispatch::AskOwner(uint32_t block) {
  const BlockPlace& place = leases_.place(block);
  if (!place.owner || !Find(*place.owner) || place.avoid == place.owner) return;
  const bool audited =
      IsAudited(options_.seed, around_.windows.of(block).step, block, options_.audit_rate);
  if (audited) to_audit_.insert(block);
  Grant(*place.owner, Kind::kWork, {block});
}

void Dispatch::Restart() {
  leases_.Clear();
  oldest_epoch_ = epoch_ + 1;
  late_.clear();
  to_audit_.clear();
  checks_.clear();
  due_ = true;
}

}  // namespace paceline
