// One job at work: who holds which block, what was asked of whom, and what came back. It neither
// sends, commits nor logs anything itself: what is to be sent and told is kept until it is taken.
//
// A block's window is asked of its owner. Where that takes too long (coordinator/lease), another
// worker is asked too and the first answer counts; an audit, or two answers that differ, bring in
// one more worker to compare with.
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
#include "coordinator/aggregate/step.h"
#include "coordinator/aggregate/sum_range.h"
#include "coordinator/job/answer_sheet.h"
#include "coordinator/job/job_mail.h"
#include "coordinator/job/outer_loop.h"
#include "coordinator/job/theta_history.h"
#include "coordinator/lease/answer_times.h"
#include "coordinator/lease/crew.h"
#include "coordinator/lease/help.h"
#include "coordinator/lease/lease_book.h"
#include "coordinator/lease/permanent.h"
#include "coordinator/store/store.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

// Not thread-safe.
class JobRun {
 public:
  struct Options {
    uint64_t first_epoch = 1;  // epochs rise from here on, with every asking
    double audit_rate = 0;     // IsAudited
  };
  // Something that a person would want to know, of one worker.
  struct News {
    WorkerId about{};
    std::string text;  // follows the worker's name
  };

  // `history` ends with the loop's θ. `crew` and `clock` outlive the run.
  JobRun(const JobRow& job, std::unique_ptr<OuterLoop> loop, ThetaHistory history,
         const Options& options, Crew& crew, const Clock& clock);

  const std::string& job() const { return job_; }
  const v1::JobConfig& config() const { return config_; }
  const OuterLoop& loop() const { return *loop_; }
  const ThetaHistory& history() const { return history_; }
  uint64_t epoch() const { return epoch_; }
  // Of its blocks on a worker.
  const Footprint& footprint() const { return footprint_; }
  const LeaseBook& leases() const { return leases_; }
  const Crew& crew() const { return crew_; }
  JobMail& mail() { return mail_; }
  std::vector<News> TakeNews() { return std::exchange(news_, {}); }

  // ---- workers

  // Something has changed, here or (Replan) among the workers, so that Schedule may have something
  // to do. A plain answer is none.
  bool plan_due() const { return plan_due_; }
  void Replan() { plan_due_ = true; }
  // A lease has run out. Walks over the leases.
  void LookAtLeases();
  // Hands blocks out, asks for the windows not asked for yet, and finds help. Of those that may
  // work on the job.
  void Schedule(std::vector<Candidate> candidates);

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
  // The worker is gone. The number of blocks that it held.
  uint32_t Forget(WorkerId worker);
  // EndJob for everyone who was told of the job; all is forgotten of them.
  void Dismiss();
  // Drops the answers of this step, and who holds what.
  void Restart();
  // How many answers were judged in which way since the job was loaded, for people.
  std::string CountsText() const;

  // ---- outer steps

  bool step_complete() const;
  // The step's scalars and record, θ_{t+1} computed but shown to nobody. Only when complete. What
  // the record says of time is left to the caller.
  absl::StatusOr<StepRow> CloseStep();
  // After the row is committed: θ_{t+1} is the version at hand, and its windows are to be asked
  // for.
  void OpenStep();

 private:
  ScheduleSnapshot Snapshot() const;
  void Move();
  void AskOwners();
  void FindHelp();
  // Checks that nobody answers any more are over, but for disputes.
  void GiveUpChecks();
  bool IsDisputed(uint32_t block) const;
  std::vector<HelpWanted> Wanted() const;
  std::vector<Helper> Helpers() const;
  void Grant(WorkerId worker, Lease::Kind kind, const std::vector<uint32_t>& blocks);
  LeaseWork WorkOf(const ScheduleWorker& worker, uint32_t block, int64_t waiting) const;
  const ScheduleWorker* Find(WorkerId worker) const;

  Judgement Judge(WorkerId from, const v1::WindowResult& result);
  void Heard(WorkerId from, uint32_t block, Verdict verdict);
  void Accept(WorkerId from, uint32_t block, const Lease& lease);
  void Measure(WorkerId from, const Lease& lease);
  // After an answer or a lease of a block that is checked.
  void Settle(uint32_t block);
  void BeginSheet();
  void Tell(WorkerId about, std::string text) { news_.push_back({about, std::move(text)}); }

  const std::string job_;
  const v1::JobConfig config_;
  const Footprint footprint_;
  const Options options_;
  std::unique_ptr<OuterLoop> loop_;
  ThetaHistory history_;
  JobMail mail_;
  AnswerSheet sheet_;
  SumRanges ranges_;
  LeaseBook leases_;
  AnswerTimes times_;
  Crew& crew_;
  const Clock& clock_;
  uint64_t epoch_;
  uint64_t oldest_epoch_;  // that was asked for under the fingerprint at hand
  SteadyTime began_{};     // the outer step
  bool plan_due_ = true;
  std::vector<ScheduleWorker> workers_;  // of the newest plan
  std::set<uint32_t> late_;              // blocks that all who were asked are late with
  std::set<uint32_t> to_audit_;          // blocks that wait for an auditor
  std::set<uint32_t> checks_;            // blocks that the step waits for though they are answered
  std::map<uint32_t, std::vector<PermanentClaim>> permanent_;  // by block, of this outer step
  std::vector<News> news_;
  std::set<WorkerId> contributors_;  // of this step
  std::map<Verdict, uint64_t> counts_;
};

}  // namespace paceline
