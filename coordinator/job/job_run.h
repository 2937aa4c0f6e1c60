// One job at work: what came back of what was asked, and what becomes of it. It neither sends,
// commits nor logs anything itself: what is to be sent and told is kept until it is taken.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/footprint/footprint.h"
#include "coordinator/job/answer_sheet.h"
#include "coordinator/job/dispatch.h"
#include "coordinator/job/job_mail.h"
#include "coordinator/job/open_windows.h"
#include "coordinator/job/outer_loop.h"
#include "coordinator/job/step_tally.h"
#include "coordinator/job/theta_history.h"
#include "coordinator/lease/crew.h"
#include "coordinator/lease/permanent.h"
#include "coordinator/store/store.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

// Not thread-safe.
class JobRun {
 public:
  // `history` ends with the loop's θ; `hashes` are those of all blocks' windows. `crew` and `clock`
  // outlive the run. Of the options the seed is the job's.
  JobRun(const JobRow& job, std::unique_ptr<OuterLoop> loop, ThetaHistory history,
         ThetaHashes hashes, Dispatch::Options options, Crew& crew, const Clock& clock);

  const std::string& job() const { return job_; }
  const v1::JobConfig& config() const { return config_; }
  const OuterLoop& loop() const { return *loop_; }
  const ThetaHistory& history() const { return history_; }
  // Of its blocks on a worker.
  const Footprint& footprint() const { return footprint_; }
  const Crew& crew() const { return crew_; }
  Dispatch& dispatch() { return dispatch_; }
  const Dispatch& dispatch() const { return dispatch_; }
  JobMail& mail() { return mail_; }
  std::vector<WorkerNews> TakeNews() { return std::exchange(news_, {}); }

  // ---- workers

  // Constant time, but for the log of the number of workers, if it is a plain answer.
  Judgement Take(WorkerId from, const v1::WindowResult& result);
  // The worker could not do it; the block goes elsewhere if there is an elsewhere. False: it was
  // not asked for it, which is counted as a refusal.
  bool Fail(WorkerId from, const v1::WorkFailure& failure);
  // Of a failure that Fail has taken and the worker calls permanent: it ends the job. `candidates`
  // are those that could do the block too.
  bool IsPermanent(WorkerId from, uint32_t block, const std::vector<Candidate>& candidates);
  // The worker is to have no part in the job, and is told why. What it answered in this outer step
  // is asked of others.
  void Expel(WorkerId worker, const std::string& why);
  // Drops the answers of this step, and who holds what; everyone is told that the job is over.
  void Restart();
  // How many answers were judged in which way since the job was loaded, for people.
  std::string CountsText() const;

  // ---- outer steps

  // As StepTally::complete.
  bool step_complete() const { return tally_.complete(); }
  // The step's scalars and record, θ_{t+1} computed but shown to nobody. Only when complete. What
  // the record says of time is left to the caller.
  absl::StatusOr<StepRow> CloseStep();
  // After the row is committed: θ_{t+1} is the version at hand, and its windows are to be asked
  // for.
  void OpenStep();

 private:
  Judgement Judge(WorkerId from, const v1::WindowResult& result);
  std::optional<Judgement> Fault(WorkerId from, const v1::WindowResult& result) const;
  // Where the particles' episodes have begun, by the answer's word.
  bool CanHaveBegun(const v1::WindowResult& result) const;
  // An answer for a window that is over.
  Judgement JudgeLate(WorkerId from, const v1::WindowResult& result, Judgement fault);
  // After an answer for a block that is checked.
  void Settle(uint32_t block);
  // Every window, with no answers.
  void OpenAll();
  void ForgetStep();
  // Inner steps that making the block anew for this step's window can have taken at most.
  uint64_t WorstReplay(uint32_t block) const;
  void Tell(WorkerId about, std::string text) { news_.push_back({about, std::move(text)}); }

  const std::string job_;
  const v1::JobConfig config_;
  const Footprint footprint_;
  std::unique_ptr<OuterLoop> loop_;
  ThetaHistory history_;
  JobMail mail_;
  OpenWindows windows_;
  AnswerSheet sheet_;
  Crew& crew_;
  std::vector<WorkerNews> news_;
  Dispatch dispatch_;
  StepTally tally_;
  std::set<WorkerId> contributors_;  // of this step, as permanent_ by block
  std::map<uint32_t, std::vector<PermanentClaim>> permanent_;
  std::map<Verdict, uint64_t> counts_;
  uint64_t replayed_inner_steps_ = 0;  // for this step
};

}  // namespace paceline
