#include "coordinator/job/job_run.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/estimator/settings.h"
#include "coordinator/aggregate/strict.h"

namespace paceline {

JobRun::JobRun(const JobRow& job, std::unique_ptr<OuterLoop> loop, ThetaHistory history,
               const Options& options, Crew& crew, const Clock& clock)
    : job_(job.name),
      config_(job.config),
      footprint_(FootprintOf(config_)),
      options_(options),
      loop_(std::move(loop)),
      history_(std::move(history)),
      mail_(job_, config_, history_),
      sheet_(job_, loop_->blocks(), config_.estimator().block()),
      ranges_(config_, loop_->blocks()),
      leases_(loop_->blocks()),
      crew_(crew),
      clock_(clock),
      epoch_(options.first_epoch),
      oldest_epoch_(options.first_epoch) {
  BeginSheet();
}

Judgement JobRun::Take(WorkerId from, const v1::WindowResult& result) {
  Judgement judgement = Judge(from, result);
  ++counts_[judgement.verdict];
  if (judgement.refusal && crew_.Refused(from, *judgement.refusal)) {
    Tell(from, absl::StrCat("is quarantined: ", judgement.reason));
    Expel(from, absl::StrCat("quarantined: ", judgement.reason));
  }
  return judgement;
}

Judgement JobRun::Judge(WorkerId from, const v1::WindowResult& result) {
  if (auto fault = sheet_.Fault(result)) {
    const bool asked =
        result.block() < leases_.blocks() && leases_.WasAskedBefore(result.block(), from);
    if (!asked || fault->refusal != Refusal::kLate || !sheet_.DiffersFromPrevious(result)) {
      return *fault;
    }
    return {Verdict::kConflict, {}, fault->reason + ", and differs from the one that counted"};
  }
  const uint32_t block = result.block();
  const Lease* lease = leases_.place(block).LeaseOf(from);
  if (result.epoch() < (lease ? lease->epoch : oldest_epoch_)) {
    return Refused(result, Refusal::kOldEpoch, " is from before the block was handed on");
  }
  if (!lease || result.epoch() != lease->epoch) {
    return Refused(result, Refusal::kNoLease, " comes from a worker that was not asked for it");
  }
  Judgement judgement = sheet_.Take(from, result);
  if (judgement.verdict != Verdict::kInvalid) Heard(from, block, judgement.verdict);
  return judgement;
}

void JobRun::Heard(WorkerId from, uint32_t block, Verdict verdict) {
  const Lease lease = *leases_.place(block).LeaseOf(from);
  if (verdict == Verdict::kAccepted) Accept(from, block, lease);
  if (lease.is_waited_for()) {
    Measure(from, lease);
    leases_.Answer(block, from);
    crew_.Answered(from);
    if (lease.kind == Lease::Kind::kCheck) mail_.Release(from, {block});
    if (leases_.WaitedFor(from) == 0) crew_.EndGoodStep(from, loop_->step());
  }
  if (verdict == Verdict::kConflict) {
    checks_.insert(block);
    plan_due_ = true;
  }
  if (checks_.contains(block)) Settle(block);
}

void JobRun::Accept(WorkerId from, uint32_t block, const Lease& lease) {
  contributors_.insert(from);
  late_.erase(block);
  if (lease.kind == Lease::Kind::kCheck) return;
  leases_.SetOwner(block, from);
  leases_.Answer(block, from);
  for (const WorkerId slower : leases_.EndOthers(block)) mail_.Release(slower, {block});
}

void JobRun::Measure(WorkerId from, const Lease& lease) {
  const double seconds = std::chrono::duration<double>(clock_.Now() - lease.since).count();
  times_.Add(from, seconds / static_cast<double>(lease.work.windows()), !lease.work.set_up);
}

void JobRun::Settle(uint32_t block) {
  if (sheet_.testimonies(block).empty()) return;
  if (leases_.place(block).IsWaitedFor(Lease::Kind::kCheck)) return;
  if (sheet_.Agree(block)) {
    if (sheet_.testimonies(block).size() > 1) checks_.erase(block);
    return;
  }
  const Ruling ruling = Rule(sheet_.testimonies(block));
  if (!ruling.decided) {
    plan_due_ = true;
    return;
  }
  checks_.erase(block);
  sheet_.LetCount(block, ruling.right);
  for (const WorkerId liar : ruling.outvoted) {
    crew_.Refused(liar, Refusal::kOutvoted);
    const std::string why =
        absl::StrCat("quarantined: two others agree on another answer for outer step ",
                     loop_->step(), ", block ", block);
    Tell(liar, "is " + why);
    Expel(liar, why);
  }
}

bool JobRun::Fail(WorkerId from, const v1::WorkFailure& failure) {
  const uint32_t block = failure.block();
  const bool asked = failure.step() == loop_->step() && block < leases_.blocks() &&
                     leases_.place(block).LeaseOf(from);
  if (!asked) {
    if (failure.step() < loop_->step()) return false;
    if (crew_.Refused(from, Refusal::kFalseFailure)) {
      Expel(from, "quarantined: it reports failures of blocks that it was not asked for");
    }
    return false;
  }
  crew_.Failed(from);
  leases_.Revoke(block, from);
  leases_.SetAvoid(block, from);
  if (leases_.place(block).owner == from && !sheet_.answered(block)) {
    leases_.SetOwner(block, std::nullopt);
  }
  plan_due_ = true;
  return true;
}

bool JobRun::IsPermanent(WorkerId from, uint32_t block, const std::vector<Candidate>& candidates) {
  std::vector<PermanentClaim>& claims = permanent_[block];
  const auto own = std::ranges::find(claims, from, &PermanentClaim::worker);
  if (own == claims.end()) {
    claims.push_back({from, 1});
  } else {
    ++own->times;
  }
  const bool others = std::ranges::any_of(candidates, [&](const Candidate& other) {
    return other.id != from && other.room > 0 && !crew_.GaveUpOn(other.id);
  });
  return IsConfirmed(claims, others);
}

void JobRun::Expel(WorkerId worker, const std::string& why) {
  crew_.Quarantine(worker);
  mail_.End(worker, why);
  for (const uint32_t block : sheet_.Discard(worker)) leases_.Revoke(block, worker);
  contributors_.erase(worker);
  Forget(worker);
}

uint32_t JobRun::Forget(WorkerId worker) {
  mail_.Forget(worker);
  times_.Forget(worker);
  std::erase_if(workers_, [worker](const ScheduleWorker& own) { return own.id == worker; });
  plan_due_ = true;
  return static_cast<uint32_t>(leases_.Drop(worker).size());
}

void JobRun::Dismiss() {
  mail_.EndAll();
  leases_.Clear();
}

void JobRun::Restart() {
  leases_.Clear();
  oldest_epoch_ = epoch_ + 1;
  BeginSheet();
}

std::string JobRun::CountsText() const {
  const auto count = [this](Verdict verdict) {
    const auto found = counts_.find(verdict);
    return found == counts_.end() ? 0 : found->second;
  };
  const std::string refused = crew_.refusals().ToText();
  return absl::StrCat(count(Verdict::kAccepted), " answers taken; ", count(Verdict::kDuplicate),
                      " repeated, ", count(Verdict::kStale), " late, ", count(Verdict::kConflict),
                      " contradicting and ", count(Verdict::kInvalid), " impossible ones left out",
                      refused.empty() ? "" : absl::StrCat(" (", refused, ")"));
}

bool JobRun::step_complete() const {
  const StepSnapshot snapshot{.now = clock_.Now(),
                              .began = began_,
                              .blocks = leases_.blocks(),
                              .answered = sheet_.answered_count(),
                              .checks = static_cast<uint32_t>(checks_.size())};
  return DecideStrict(snapshot).kind == StepDecision::Kind::kClose;
}

absl::StatusOr<StepRow> JobRun::CloseStep() {
  StepRow row;
  row.particles = sheet_.Scalars();
  auto record = loop_->Advance(row.particles);
  if (!record.ok()) return record.status();
  row.step = loop_->step();
  row.theta_hash = loop_->theta_hash();
  row.record = *std::move(record);
  row.record.set_workers(static_cast<uint32_t>(contributors_.size()));
  const Traffic traffic = mail_.TakeTraffic();
  row.record.set_messages(traffic.messages);
  row.record.set_bytes(traffic.bytes);
  return row;
}

void JobRun::OpenStep() {
  history_.Push(job_, loop_->step(), loop_->theta_hash(), loop_->theta());
  history_.DropBefore(loop_->OldestEpisodeStart());
  leases_.NextStep();
  BeginSheet();
}

void JobRun::BeginSheet() {
  std::vector<WindowLimits> limits;
  for (uint32_t block = 0; block < loop_->blocks(); ++block) {
    const BlockWindow& window = loop_->window(block);
    limits.push_back({.inner_steps = window.inner_steps,
                      .sums = ranges_.Of(block, window),
                      .antithetic = Antithetic(config_.estimator())});
  }
  sheet_.Begin(loop_->step(), loop_->theta_hash(), std::move(limits));
  contributors_.clear();
  late_.clear();
  to_audit_.clear();
  checks_.clear();
  permanent_.clear();
  began_ = clock_.Now();
  plan_due_ = true;
}

}  // namespace paceline
