// What workers say of the job at work.
#include "absl/strings/str_cat.h"
#include "common/estimator/settings.h"
#include "coordinator/job/coordinator.h"
#include "spdlog/spdlog.h"

namespace paceline {

void Coordinator::TakeData(const Worker& worker, const v1::JobData& data) {
  if (!run_ || data.job() != run_->job() || members_.DataOf(worker.id)) {
    return CountUseless(worker.id);
  }
  members_.TellData(worker.id, DigestsOf(data.sets()));
  if (members_.HasEngine(worker.id)) CheckData(worker);
  Pump();
}

bool Coordinator::CheckData(const Worker& worker) {
  // Who brings an answer without having told reads none.
  members_.TellData(worker.id, DataDigests());
  const DataDigests& own = *members_.DataOf(worker.id);
  PinnedFingerprint pinned = members_.pinned();
  if (pinned.data.empty() && !own.empty()) {
    pinned.data = own;
    absl::Status status = Pin(pinned);
    if (!status.ok()) WaitOrStop(status);
    return status.ok();
  }
  if (own == pinned.data) return true;
  const std::string why = DataDifference(pinned.data, own);
  NoteOf(worker, absl::StrCat("is refused: ", why));
  run_->mail().End(worker.id, why);
  run_->dispatch().Forget(worker.id);
  return false;
}

bool Coordinator::IsAllowed(const Worker& worker) {
  if (!loaded_->crew.GaveUpOn(worker.id) && members_.IsPinned(worker.id)) return true;
  loaded_->crew.Refused(worker.id, Refusal::kNotAllowed);
  CountUseless(worker.id);
  return false;
}

void Coordinator::TakeResult(const Worker& worker, const v1::WindowResult& result) {
  if (!run_ || result.job() != run_->job()) return CountUseless(worker.id);
  if (!IsAllowed(worker)) return;
  if (!CheckData(worker)) return Pump();
  const Judgement judgement = run_->Take(worker.id, result);
  ++counts_.answers[judgement.verdict];
  const uint64_t runs = RunsPerParticle(run_->config().estimator());
  switch (judgement.verdict) {
    case Verdict::kAccepted:
      if (result.replayed_inner_steps() > 0) ++counts_.windows_remade;
      for (const v1::ParticleResult& particle : result.particles()) {
        links_.AddInnerSteps(worker.id, runs * particle.trained_steps());
      }
      break;
    case Verdict::kConfirmed:
    case Verdict::kPassed:
      break;
    case Verdict::kDuplicate:
    case Verdict::kStale:
      spdlog::debug("worker {}: ignored: {}", worker.Label(), judgement.reason);
      break;
    case Verdict::kConflict:
      NoteOf(worker, absl::StrCat("sent another answer than the first: ", judgement.reason));
      break;
    case Verdict::kInvalid:
      NoteOf(worker, absl::StrCat("is refused an answer (", NameOf(*judgement.refusal),
                                  "): ", judgement.reason));
      break;
  }
  const bool useful = judgement.verdict == Verdict::kAccepted ||
                      judgement.verdict == Verdict::kConfirmed ||
                      judgement.verdict == Verdict::kPassed;
  if (useful) roster_.CountAnswer(worker.id);
  if (!useful) CountUseless(worker.id);
  if (!run_) return;
  Deliver();
  if (run_->dispatch().is_due() || run_->step_complete()) Pump();
}

void Coordinator::TakeFailure(const Worker& worker, const v1::WorkFailure& failure) {
  if (!run_ || failure.job() != run_->job()) return CountUseless(worker.id);
  if (!IsAllowed(worker)) return;
  if (!run_->Fail(worker.id, failure)) {
    Deliver();
    return CountUseless(worker.id);
  }
  ++counts_.failures;
  const std::string text = absl::StrCat("failed at outer step ", failure.step(), ", block ",
                                        failure.block(), ": ", failure.message());
  const bool runs = loaded_->machine.state() == v1::JOB_STATE_RUNNING;
  if (failure.permanent() && runs &&
      run_->IsPermanent(worker.id, failure.block(), members_.Candidates())) {
    FailJob(absl::StrCat("worker ", worker.Label(), " ", text));
    return Pump();
  }
  NoteOf(worker, text);
  if (loaded_->crew.GaveUpOn(worker.id)) {
    NoteOf(worker, absl::StrCat("gets no more of this job: it failed ", Crew::kMaxFailures,
                                " times in a row"));
  }
  Pump();
}

void Coordinator::CountUseless(WorkerId from) {
  if (links_.TakeUseless(from)) return;
  CutOff(from, absl::StrCat("it is cut off: it sent ", WorkerLinks::kUselessMessages.most,
                            " messages of no use in a short time"));
}

}  // namespace paceline
