// One job at work: who holds which block, what was asked of whom, and what came back. It neither
// sends, commits nor logs anything itself: what is to be sent is returned.
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
#include "coordinator/job/answer_sheet.h"
#include "coordinator/job/outer_loop.h"
#include "coordinator/job/theta_history.h"
#include "coordinator/roster/outgoing.h"
#include "coordinator/schedule/schedule.h"
#include "coordinator/store/store.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

struct Traffic {
  uint64_t messages = 0;
  uint64_t bytes = 0;
};

// Not thread-safe.
class JobRun {
 public:
  // A worker that fails this often in a row gets no more of the job.
  static constexpr int kMaxFailures = 3;

  // `history` ends with the loop's θ. Epochs rise from first_epoch on, whenever blocks are handed
  // on.
  // `clock` outlives the run.
  JobRun(const JobRow& job, std::unique_ptr<OuterLoop> loop, ThetaHistory history,
         uint64_t first_epoch, const Clock& clock);

  const std::string& job() const { return job_; }
  const v1::JobConfig& config() const { return config_; }
  const OuterLoop& loop() const { return *loop_; }
  const ThetaHistory& history() const { return history_; }
  uint64_t epoch() const { return epoch_; }
  // Of its blocks on a worker.
  const Footprint& footprint() const { return footprint_; }

  // ---- workers

  // Hands blocks out and asks for the windows not asked for yet. `workers` are those that may work
  // on the job; give it the same ones again, and nothing is sent.
  std::vector<Outgoing> Schedule(const std::vector<ScheduleWorker>& workers);
  // An answer that is not accepted because it is impossible counts as a failure of its sender.
  Judgement Take(WorkerId from, const v1::WindowResult& result);
  // The worker could not do it; the block goes elsewhere if there is an elsewhere.
  void Fail(WorkerId from, uint32_t block);
  // The worker is to have no part in the job, and is told why.
  std::vector<Outgoing> Refuse(WorkerId worker, const std::string& why);
  // The worker is gone. The number of blocks that it held.
  uint32_t Forget(WorkerId worker);
  bool GaveUpOn(WorkerId worker) const;
  uint32_t BlocksOf(WorkerId worker) const;
  // EndJob for everyone who was told of the job; all is forgotten of them. `why` is empty if the
  // job is over.
  std::vector<Outgoing> Dismiss(const std::string& why);
  // Drops the answers of this step, and who holds what.
  void Restart();
  // How many answers were judged in which way since the job was loaded, for people.
  std::string CountsText() const;
  void CountIncoming(const v1::WorkerMessage& message);

  // ---- outer steps

  bool step_complete() const { return Decide().kind == StepDecision::Kind::kClose; }
  // The step's scalars and record, θ_{t+1} computed but shown to nobody. Only when complete. What
  // the record says of time is left to the caller.
  absl::StatusOr<StepRow> CloseStep();
  // After the row is committed: θ_{t+1} is the version at hand, and its windows are to be asked
  // for.
  void OpenStep();

 private:
  struct Place {
    std::optional<WorkerId> owner;  // holds its state, or is to make it
    uint64_t epoch = 0;             // of its asks
    std::optional<WorkerId> avoid;
    std::vector<Ask> asks;  // for this step's window
  };
  struct Acquaintance {
    int64_t theta_step = -1;  // newest version sent
    int failures = 0;         // since the last accepted answer
  };

  ScheduleSnapshot Snapshot(const std::vector<ScheduleWorker>& workers) const;
  std::map<WorkerId, std::vector<uint32_t>> Move(const std::vector<BlockMove>& moves);
  // What the job's way of aggregation makes of the answers so far.
  StepDecision Decide() const;
  // Asks the worker for those of the blocks that are its.
  void Request(WorkerId worker, const std::vector<uint32_t>& blocks, std::vector<Outgoing>& out);
  void Prepare(WorkerId worker, std::vector<Outgoing>& out);
  void Push(WorkerId to, SharedMessage message, std::vector<Outgoing>& out);
  void BeginSheet();
  // Inner steps that making the block anew for this step's window can have taken at most.
  uint64_t WorstReplay(uint32_t block) const;

  const std::string job_;
  const v1::JobConfig config_;
  const Footprint footprint_;
  std::unique_ptr<OuterLoop> loop_;
  ThetaHistory history_;
  AnswerSheet sheet_;
  uint64_t epoch_;
  const Clock& clock_;
  std::vector<Place> places_;  // [block]
  std::map<WorkerId, Acquaintance> known_;
  std::set<WorkerId> contributors_;  // of this step
  std::map<Verdict, uint64_t> counts_;
  uint64_t replayed_inner_steps_ = 0;  // for this step
  Traffic traffic_;                    // since the last closed step
};

}  // namespace paceline
