// The coordinator's one object: workers, the queue of jobs and the job at work, told apart from
// everything that sends or waits. All methods are called on one thread, and none of them blocks on
// a worker.
//
// Order of things in an outer step: the scalars are committed to the store, then θ_{t+1} is shown
// and its windows are asked for, all of a worker's in one message; then log and checkpoint.
// If the scalars cannot be committed, the coordinator stops: see fatal(). Only a full disk is
// waited for: the job at work says so, and goes on by itself when there is room.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "coordinator/evaluate/desk.h"
#include "coordinator/job/disk_room.h"
#include "coordinator/job/job_book.h"
#include "coordinator/job/job_events.h"
#include "coordinator/job/job_run.h"
#include "coordinator/job/job_trace.h"
#include "coordinator/job/membership.h"
#include "coordinator/job/numbers.h"
#include "coordinator/job/worker_links.h"
#include "coordinator/log/outer_log.h"
#include "coordinator/roster/roster.h"
#include "coordinator/store/store.h"
#include "paceline/v1/job.pb.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

class Coordinator {
 public:
  struct Options {
    std::string data_folder;
    int threads = 1;
    int64_t keep_checkpoints = 20;  // RetentionPolicy::newest
    uint64_t history_memory_bytes = kHistoryMemoryBytes;
    double audit_rate = 0;  // the share of answers that a second worker checks
    Tracer* tracer = &Tracer::Off();
  };
  // What a θ is to be replayed from, or θ itself if it is at hand.
  struct ThetaAnswer {
    JobRow job;
    int64_t step = 0;
    std::optional<std::vector<float>> theta;
  };

  // Goes on with the job that was running. Everything given outlives the coordinator.
  static absl::StatusOr<std::unique_ptr<Coordinator>> Start(Options options, Store& store,
                                                            const Clock& clock,
                                                            JobObserver& observer);

  // ---- workers

  // Welcomes the worker through the link, and may give it work at once. Errors as Roster::Join.
  absl::StatusOr<WorkerId> Join(const v1::Hello& hello, const std::string& peer,
                                std::shared_ptr<WorkerLink> link, const std::string& identity = "");
  // Messages of unknown workers are ignored. Constant time for an answer that is neither wrong nor
  // an outer step's last.
  void Receive(WorkerId from, v1::WorkerMessage message);
  // The connection is gone.
  void Lost(WorkerId worker, const std::string& reason);
  // To be called several times a second: heartbeats, silent workers, leases that run out.
  void Tick();
  // NotFound unless the job is at work, otherwise as ThetaHistory::Range.
  absl::StatusOr<ThetaRange> FetchTheta(const v1::FetchThetaRequest& request) const;
  // What FetchTheta gave cannot be read. The job at work is loaded again, its θ made anew.
  void RestoreHistory(const std::string& job, const std::string& why);

  // ---- jobs

  // The config is valid (common/config).
  absl::StatusOr<std::string> Submit(const v1::SubmitRequest& request,
                                     const std::string& submitter = "");
  absl::StatusOr<v1::JobSummary> Pause(const std::string& job);
  absl::StatusOr<v1::JobSummary> Resume(const std::string& job);
  absl::StatusOr<v1::JobSummary> Cancel(const std::string& job);
  // Some job was submitted with that id.
  bool HasRequest(const std::string& request_id) const { return book_.HasRequest(request_id); }
  // Of a job that has not ended.
  absl::StatusOr<v1::JobSummary> SetPriority(const std::string& job, int32_t priority);
  absl::StatusOr<std::string> SubmitterOf(const std::string& job);
  // FailedPrecondition unless the job has ended. After another error the job is still listed, and
  // may be deleted again.
  absl::Status Delete(const std::string& job);
  absl::StatusOr<v1::JobSummary> Summary(const std::string& job);
  absl::StatusOr<v1::JobDetail> Show(const std::string& job);
  // What was refused of answers to it since the coordinator started.
  absl::StatusOr<RefusalCounts> Refusals(const std::string& job);
  v1::ListReply List();
  v1::ListWorkersReply ListWorkers() const;
  // Of the job's θ on the tasks of its `evaluate`, by outer step.
  std::vector<v1::HeldOutRecord> HeldOut(const std::string& job) const {
    return desk_->HeldOut(job);
  }
  // Takes little time, whatever there is of workers and jobs.
  CoordinatorNumbers Numbers() const;
  uint32_t worker_count() const { return static_cast<uint32_t>(roster_.workers().size()); }
  // OutOfRange if the step is not done yet.
  absl::StatusOr<ThetaAnswer> FindTheta(const std::string& job, std::optional<int64_t> step);

  // ---- evaluations

  EvaluationDesk& evaluations() { return *desk_; }
  // After a call of evaluations() that gives workers something to do or takes it from them.
  void PumpEvaluations();

  // Not OK once something could not be made durable: nothing more is done, and the program is to
  // end. What was committed is safe.
  const absl::Status& fatal() const { return fatal_; }
  // Why the job at work waits for room on the disk; empty while it does not.
  const std::string& waits_for_room() const { return room_.message(); }

 private:
  Coordinator(Options options, Store& store, const Clock& clock, JobObserver& observer,
              JobBook book, uint32_t incarnation);

  // coordinator.cc: does whatever can be done now.
  void Pump();
  bool PumpOnce();
  void FinishStep();
  // From now on its windows are asked for.
  void BeginTracedStep(int64_t step);
  absl::Status CommitStep();
  // Of a step for which blocks were made anew by replay.
  void TellReplay(const v1::OuterStepRecord& record);
  // Each kind once.
  void TellFinding();
  void FillTimes(v1::OuterStepRecord& record);
  void WriteDueCheckpoint();
  void PruneCheckpoints();
  absl::Status ChangeState(JobEntry& entry, const std::function<absl::Status(JobMachine&)>& edge);
  // Nothing is done if the job is in one of the states `there` already.
  absl::StatusOr<v1::JobSummary> Request(const std::string& job,
                                         std::initializer_list<v1::JobState> there,
                                         const std::function<absl::Status(JobMachine&)>& edge);
  void FailJob(const std::string& why);
  void Unload();
  // The store could not be changed: for want of room, which is waited for, or for good.
  void WaitOrStop(const absl::Status& status);
  // The store could be changed.
  void TellRoom();
  void Stop(const absl::Status& status);

  // held_out.cc: measurements of θ while the job trains.
  void MeasureIfDue();
  void TakeHeldOut();
  // All that is known of them, anew.
  void LogHeldOut(const JobRow& job);
  // Those of the best θ, and of such as may yet be that.
  void MarkMeasured(std::vector<CheckpointRow>& rows) const;
  // What they say of it; the rest of the summary is filled.
  void FillHeldOut(const v1::JobConfig& config, v1::JobSummary& summary) const;

  // load.cc: a job into memory, as the store has it.
  absl::Status Load(JobEntry& entry);
  void OpenLog(const JobEntry& entry);
  void AppendToLog(const v1::OuterStepRecord& record);
  void GiveUpLog(const absl::Status& why);
  // Of the job at work: what lacks in its log is appended, if it was given up for want of room, and
  // all of it is made durable. Nobody looks at the log of a job that has ended.
  void SettleLog();

  // workers.cc
  void PlanWork();
  // The first worker that has the job's tiers decides. Until an outer step is committed, another
  // may if none of its kind is in good order.
  void MovePin();
  absl::Status Pin(const PinnedFingerprint& fingerprint);
  // What the job at work has to say to workers and people.
  void Deliver();
  // Of what a worker brings about in the job at work.
  void NoteOf(const Worker& worker, const std::string& text);
  void LookAtLeases();
  // Puts the job at work behind the others if nobody can work on it and somebody on them.
  void LookAtAttendance();
  void LoseSilent();
  // Ends the connection of a worker and tells it why.
  void CutOff(WorkerId worker, const std::string& reason);
  bool IsAble(const JobEntry& entry) const;

  // answers.cc
  void TakeResult(const Worker& worker, const v1::WindowResult& result);
  // False: it has no part in the job.
  bool IsAllowed(const Worker& worker);
  void TakeData(const Worker& worker, const v1::JobData& data);
  // Pins what the worker reads if nothing is, or refuses it. False: it is refused.
  bool CheckData(const Worker& worker);
  void TakeFailure(const Worker& worker, const v1::WorkFailure& failure);
  // Counts a message that changed nothing; too many, and its sender is cut off.
  void CountUseless(WorkerId from);

  // queries.cc
  v1::JobSummary SummaryOf(const JobEntry& entry) const;
  absl::StatusOr<uint64_t> ThetaHashOf(const JobEntry& entry);
  std::string FolderOf(const JobRow& job) const;
  std::string HistoryFolder(const JobRow& job) const { return FolderOf(job) + "/history"; }

  // numbers.cc
  void FillJobs(CoordinatorNumbers& numbers) const;
  void FillWorkers(WorkersNumbers& numbers) const;
  WorkerState StateOf(WorkerId worker) const;
  JobAtWork NumbersAtWork() const;

  const Options options_;
  Store& store_;
  const Clock& clock_;
  JobObserver& observer_;
  JobBook book_;
  Roster roster_;
  std::unique_ptr<EvaluationDesk> desk_;
  WorkerLinks links_;
  Membership members_;  // of the job at work
  JobEvents events_;
  JobTrace trace_;                      // of the job at work
  JobEntry* loaded_ = nullptr;          // the job of run_
  std::unique_ptr<JobRun> run_;         // running or, while no other job runs, paused
  std::optional<StepRow> uncommitted_;  // closed, and not durable yet
  DiskRoom room_;
  std::unique_ptr<OuterLog> log_;
  SteadyTime log_retry_at_{};  // where there is none
  uint64_t next_epoch_;
  SteadyTime step_began_{};
  SteadyTime ticked_{};
  SteadyTime able_{};                 // when somebody was able to work on the job at work
  std::chrono::nanoseconds busy_{0};  // since the last record
  CoordinatorCounts counts_;
  std::optional<v1::OuterStepRecord> newest_record_;  // of the job of run_, since it was loaded
  absl::Status fatal_;
};

}  // namespace paceline
