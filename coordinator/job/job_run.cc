#include "coordinator/job/job_run.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/estimator/aggregation.h"
#include "common/estimator/settings.h"

namespace paceline {

JobRun::JobRun(const JobRow& job, std::unique_ptr<OuterLoop> loop, ThetaHistory history,
               ThetaHashes hashes, Dispatch::Options options, Crew& crew, const Clock& clock)
    : job_(job.name),
      config_(job.config),
      footprint_(FootprintOf(config_)),
      loop_(std::move(loop)),
      history_(std::move(history)),
      mail_(job_, config_, history_),
      windows_(config_, loop_->blocks()),
      sheet_(job_, loop_->blocks(), config_.estimator().block()),
      crew_(crew),
      dispatch_({.seed = config_.seed(),
                 .first_epoch = options.first_epoch,
                 .audit_rate = options.audit_rate},
                {*loop_, windows_, sheet_, mail_, news_, crew, clock}),
      tally_({config_, *loop_, windows_, sheet_, dispatch_, clock}, std::move(hashes)) {
  OpenAll();
}

Judgement JobRun::Take(WorkerId from, const v1::WindowResult& result) {
  Judgement judgement = Judge(from, result);
  ++counts_[judgement.verdict];
  if (judgement.verdict == Verdict::kAccepted) {
    replayed_inner_steps_ += std::min(result.replayed_inner_steps(), WorstReplay(result.block()));
  }
  if (judgement.refusal && crew_.Refused(from, *judgement.refusal)) {
    Tell(from, absl::StrCat("is quarantined: ", judgement.reason));
    Expel(from, absl::StrCat("quarantined: ", judgement.reason));
  }
  return judgement;
}

Judgement JobRun::Judge(WorkerId from, const v1::WindowResult& result) {
  if (auto fault = Fault(from, result)) return JudgeLate(from, result, *std::move(fault));
  const uint32_t block = result.block();
  // Of an audit, whose third opinion is not another one.
  const bool compares = dispatch_.IsChecked(block) && sheet_.Agree(block);
  Judgement judgement = sheet_.Take(from, result);
  if (judgement.verdict == Verdict::kInvalid) return judgement;
  const bool first = judgement.verdict == Verdict::kAccepted;
  dispatch_.TakeAnswer(from, block, first);
  if (first) contributors_.insert(from);
  if (judgement.verdict == Verdict::kConflict) dispatch_.BeginCheck(block);
  if (judgement.verdict == Verdict::kConflict && compares) crew_.CountAuditMismatch();
  if (dispatch_.IsChecked(block)) Settle(block);
  tally_.GoOn(block);
  return judgement;
}

// Of the block's owner each once: it runs every window, and says so as it comes to it.
Judgement JobRun::JudgeLate(WorkerId from, const v1::WindowResult& result, Judgement fault) {
  if (!IsQuorum(config_) || fault.refusal != Refusal::kLate) return fault;
  const uint32_t block = result.block();
  if (block >= loop_->blocks() || dispatch_.leases().place(block).owner != from) return fault;
  if (!tally_.Pass(block, result.step())) return fault;
  return {Verdict::kPassed, {}, std::move(fault.reason)};
}

std::optional<Judgement> JobRun::Fault(WorkerId from, const v1::WindowResult& result) const {
  auto fault = sheet_.Fault(result);
  if (!fault) fault = dispatch_.Fault(from, result);
  if (!fault && IsQuorum(config_) && !CanHaveBegun(result)) {
    fault = Refused(result, Refusal::kEpisodes,
                    ": its particles' episodes cannot have begun where it says");
  }
  if (!fault) return std::nullopt;
  const LeaseBook& leases = dispatch_.leases();
  const bool was_asked =
      result.block() < leases.blocks() && leases.WasAskedBefore(result.block(), from);
  if (!was_asked || fault->refusal != Refusal::kLate || !sheet_.DiffersFromPrevious(result)) {
    return fault;
  }
  return Judgement{
      Verdict::kConflict, {}, fault->reason + ", and differs from the one that counted"};
}

// Of an outer step that is closed, and not committed yet, nothing counts any more.
bool JobRun::CanHaveBegun(const v1::WindowResult& result) const {
  const bool is_closed = loop_->window(result.block()).step != result.step();
  return is_closed || loop_->CanHaveBegun(result.block(), ScalarsOf(result));
}

void JobRun::Settle(uint32_t block) {
  if (dispatch_.leases().place(block).IsWaitedFor(Lease::Kind::kCheck)) return;
  const Ruling ruling = Rule(sheet_.testimonies(block));
  if (!ruling.decided) return dispatch_.MakeDue();
  dispatch_.EndCheck(block);
  sheet_.LetCount(block, ruling.right);
  for (const WorkerId liar : ruling.outvoted) {
    crew_.Refused(liar, Refusal::kOutvoted);
    const std::string why =
        absl::StrCat("quarantined: two others agree on another answer for outer step ",
                     windows_.of(block).step, ", block ", block);
    Tell(liar, "is " + why);
    Expel(liar, why);
  }
}

bool JobRun::Fail(WorkerId from, const v1::WorkFailure& failure) {
  const bool known = failure.block() < loop_->blocks();
  const int64_t step = known ? windows_.of(failure.block()).step : loop_->step();
  if (failure.step() < step) return false;
  if (failure.step() == step && dispatch_.TakeFailure(from, failure.block())) {
    crew_.Failed(from);
    return true;
  }
  if (crew_.Refused(from, Refusal::kFalseFailure)) {
    const char* why = "quarantined: it reports failures of blocks that it was not asked for";
    Tell(from, absl::StrCat("is ", why));
    Expel(from, why);
  }
  return false;
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
  if (others) return IsConfirmed(claims, others);
  // The only one is asked for all blocks in turn, and need not say it of the same one again.
  PermanentClaim alone = {from, 0};
  for (const auto& [number, of_block] : permanent_) {
    for (const PermanentClaim& claim : of_block) {
      if (claim.worker == from) alone.times += claim.times;
    }
  }
  return IsConfirmed(claims, others) || IsConfirmed({&alone, 1}, others);
}

void JobRun::Expel(WorkerId worker, const std::string& why) {
  crew_.Quarantine(worker);
  mail_.End(worker, why);
  sheet_.Discard(worker);
  tally_.Discard(worker);
  contributors_.erase(worker);
  dispatch_.Forget(worker);
}

void JobRun::Restart() {
  mail_.EndAll("workers of another fingerprint answer for it");
  dispatch_.Restart();
  OpenAll();
}

std::string JobRun::CountsText() const {
  const auto count = [this](Verdict verdict) {
    const auto found = counts_.find(verdict);
    return found == counts_.end() ? 0 : found->second;
  };
  const std::string passed =
      IsQuorum(config_) ? absl::StrCat(count(Verdict::kPassed), " passed over, ") : "";
  const std::string refused = crew_.refusals().ToText();
  return absl::StrCat(count(Verdict::kAccepted), " answers taken, ", count(Verdict::kConfirmed),
                      " confirmed; ", count(Verdict::kDuplicate), " repeated, ",
                      count(Verdict::kStale), " late, ", passed, count(Verdict::kConflict),
                      " contradicting and ", count(Verdict::kInvalid), " impossible ones left out",
                      refused.empty() ? "" : absl::StrCat(" (", refused, ")"));
}

// ---- outer steps

absl::StatusOr<StepRow> JobRun::CloseStep() {
  StepRow row;
  tally_.Close(row);
  auto record = loop_->Advance(row.particles, row.windows);
  if (!record.ok()) return record.status();
  row.step = loop_->step();
  row.theta_hash = loop_->theta_hash();
  row.record = *std::move(record);
  row.record.set_workers(static_cast<uint32_t>(contributors_.size()));
  row.record.set_replayed_inner_steps(replayed_inner_steps_);
  const Traffic traffic = mail_.TakeTraffic();
  row.record.set_messages(traffic.messages);
  row.record.set_bytes(traffic.bytes);
  return row;
}

void JobRun::OpenStep() {
  history_.Push(job_, loop_->step(), loop_->theta_hash(), loop_->theta());
  history_.DropBefore(loop_->OldestEpisodeStart());
  tally_.Open();
  ForgetStep();
}

void JobRun::OpenAll() {
  tally_.OpenAll();
  ForgetStep();
}

void JobRun::ForgetStep() {
  contributors_.clear();
  permanent_.clear();
  replayed_inner_steps_ = 0;
}

uint64_t JobRun::WorstReplay(uint32_t block) const {
  const v1::Estimator& estimator = config_.estimator();
  return static_cast<uint64_t>(windows_.of(block).first_inner_step) * RunsPerParticle(estimator) *
         estimator.block();
}

}  // namespace paceline
