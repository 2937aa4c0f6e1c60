// What JobRun asks of whom.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "coordinator/job/job_run.h"
#include "coordinator/lease/audit.h"
#include "fmt/format.h"

namespace paceline {

using Kind = Lease::Kind;

void JobRun::LookAtLeases() {
  const SteadyTime now = clock_.Now();
  for (const auto& [block, lease] : leases_.TakeLate(now, times_.Typical())) {
    plan_due_ = true;
    const auto granted = lease.deadline - lease.since;
    if (crew_.Missed(lease.worker, loop_->step(), now, granted)) {
      Tell(lease.worker,
           fmt::format("is late: it has not answered for block {} of outer step {} "
                       "within {:.3g} s",
                       block, loop_->step(), std::chrono::duration<double>(granted).count()));
    }
    if (lease.kind == Kind::kCheck) {
      leases_.Revoke(block, lease.worker);
      mail_.Release(lease.worker, {block});
    } else if (!sheet_.answered(block)) {
      late_.insert(block);
    }
  }
  // Whoever was late himself may be fit to help by now.
  if (!late_.empty()) plan_due_ = true;
}

void JobRun::Schedule(std::vector<Candidate> candidates) {
  if (!plan_due_ || loop_->done()) return;
  plan_due_ = false;
  for (Candidate& own : candidates) own.owned = leases_.Owned(own.id);
  workers_ = crew_.Fit(candidates, clock_.Now());
  Move();
  AskOwners();
  FindHelp();
}

ScheduleSnapshot JobRun::Snapshot() const {
  ScheduleSnapshot snapshot{.workers = workers_, .blocks = {}};
  snapshot.blocks.reserve(leases_.blocks());
  for (uint32_t block = 0; block < leases_.blocks(); ++block) {
    const BlockWindow& window = loop_->window(block);
    const BlockPlace& place = leases_.place(block);
    snapshot.blocks.push_back(
        {.owner = place.owner,
         .open = place.leases.empty() && !sheet_.answered(block),
         .windows_done = window.step - window.episode_start,
         .windows_left = (window.length_steps - window.first_inner_step) / window.inner_steps,
         .avoid = place.avoid});
  }
  return snapshot;
}

void JobRun::Move() {
  std::map<WorkerId, std::vector<uint32_t>> released;
  for (const BlockMove& move : PlanMoves(Snapshot())) {
    if (const std::optional<WorkerId> old = leases_.place(move.block).owner) {
      released[*old].push_back(move.block);
      if (!sheet_.answered(move.block)) leases_.Revoke(move.block, *old);
    }
    leases_.SetOwner(move.block, move.to);
  }
  for (const auto& [worker, blocks] : released) mail_.Release(worker, blocks);
}

void JobRun::AskOwners() {
  std::map<WorkerId, std::vector<uint32_t>> asked;
  for (uint32_t block = 0; block < leases_.blocks(); ++block) {
    const BlockPlace& place = leases_.place(block);
    if (sheet_.answered(block) || !place.owner || !Find(*place.owner)) continue;
    if (place.IsWaitedFor(Kind::kWork) || place.IsWaitedFor(Kind::kHelp)) continue;
    asked[*place.owner].push_back(block);
    if (IsAudited(config_.seed(), loop_->step(), block, options_.audit_rate)) {
      to_audit_.insert(block);
    }
  }
  for (const auto& [worker, blocks] : asked) Grant(worker, Kind::kWork, blocks);
}

void JobRun::FindHelp() {
  GiveUpChecks();
  std::map<std::pair<WorkerId, Kind>, std::vector<uint32_t>> help;
  for (const auto& [block, helper] : PlanHelp(Wanted(), Helpers())) {
    const bool is_late = late_.erase(block) > 0;
    help[{helper, is_late ? Kind::kHelp : Kind::kCheck}].push_back(block);
    if (is_late) continue;
    to_audit_.erase(block);
    checks_.insert(block);
  }
  for (const auto& [whom, blocks] : help) Grant(whom.first, whom.second, blocks);
  std::erase_if(checks_, [this](uint32_t block) {
    if (!IsDisputed(block) || leases_.place(block).IsWaitedFor(Kind::kCheck)) return false;
    Tell(sheet_.testimonies(block).front().worker,
         absl::StrCat("and another differ on outer step ", loop_->step(), ", block ", block,
                      ", and nobody is left to ask: the first one counts"));
    return true;
  });
}

void JobRun::GiveUpChecks() {
  std::erase_if(checks_, [this](uint32_t block) {
    const BlockPlace& place = leases_.place(block);
    if (IsDisputed(block) || place.IsWaitedFor(Kind::kCheck)) return false;
    const bool owner_answers = std::ranges::any_of(
        place.leases, [](const Lease& lease) { return lease.state == Lease::State::kOpen; });
    return !owner_answers;
  });
}

bool JobRun::IsDisputed(uint32_t block) const {
  return sheet_.answered(block) && !sheet_.Agree(block);
}

std::vector<HelpWanted> JobRun::Wanted() const {
  std::vector<HelpWanted> wanted;
  const auto want = [&](uint32_t block) {
    wanted.push_back({block, leases_.place(block).asked()});
  };
  for (const uint32_t block : late_) want(block);
  for (const uint32_t block : checks_) {
    if (IsDisputed(block) && !leases_.place(block).IsWaitedFor(Kind::kCheck)) want(block);
  }
  for (const uint32_t block : to_audit_) {
    if (!late_.contains(block) && !checks_.contains(block)) want(block);
  }
  return wanted;
}

std::vector<Helper> JobRun::Helpers() const {
  std::vector<Helper> helpers;
  for (const ScheduleWorker& worker : workers_) {
    const int64_t waited_for = leases_.WaitedFor(worker.id);
    const int64_t held = std::max<int64_t>(leases_.Owned(worker.id), waited_for);
    helpers.push_back({worker.id, worker.threads, waited_for, worker.max_blocks - held});
  }
  return helpers;
}

void JobRun::Grant(WorkerId worker, Kind kind, const std::vector<uint32_t>& blocks) {
  ++epoch_;
  const int64_t waiting = leases_.WaitedFor(worker) + std::ssize(blocks);
  const ScheduleWorker& own = *Find(worker);
  for (const uint32_t block : blocks) {
    leases_.Grant(block, {.worker = worker,
                          .epoch = epoch_,
                          .kind = kind,
                          .work = WorkOf(own, block, waiting),
                          .since = clock_.Now()});
  }
  mail_.Ask(worker, epoch_, blocks);
}

LeaseWork JobRun::WorkOf(const ScheduleWorker& worker, uint32_t block, int64_t waiting) const {
  const BlockWindow& window = loop_->window(block);
  const bool holds = leases_.place(block).holder == worker.id;
  return {.rounds = (waiting + worker.threads - 1) / worker.threads,
          .replayed = holds ? 0 : window.step - window.episode_start,
          .set_up = !crew_.HasAnswered(worker.id)};
}

const ScheduleWorker* JobRun::Find(WorkerId worker) const {
  const auto found = std::ranges::lower_bound(workers_, worker, {}, &ScheduleWorker::id);
  return found == workers_.end() || found->id != worker ? nullptr : &*found;
}

}  // namespace paceline
