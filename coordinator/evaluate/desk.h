// All evaluations of this coordinator: what was submitted, how it stands, and the workers that
// compute units. All methods are called on one thread; none of them blocks on a worker.
//
// Evaluations take turns in the order of submission: one gets what those before it leave. Training
// comes first: a worker that holds blocks of the job at work is given one unit at a time, all
// others as many as they have threads.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "coordinator/evaluate/archive.h"
#include "coordinator/evaluate/evaluation_run.h"
#include "coordinator/evaluate/submission.h"
#include "coordinator/roster/outgoing.h"
#include "paceline/v1/evaluation_service.pb.h"

namespace paceline {

// θ of a job at work here, after so many outer steps.
struct ThetaOfJob {
  std::string job;
  int64_t step = 0;
};

struct EvaluationCounts {
  std::map<v1::EvaluationState, int64_t> by_state = {};
  // Of those that have not ended.
  uint64_t units_done = 0, units_known = 0, units_under_way = 0;
};

class EvaluationDesk {
 public:
  struct Options {
    std::string data_folder;
    // Askings are numbered from here on; higher in every life of the coordinator.
    uint64_t first_attempt = 1;
    // The state of an evaluation or its events have changed; not told of progress. May be empty.
    std::function<void()> changed = {};
  };

  // Goes on with all evaluations that had not ended. Errors as EvaluationArchive::Records; an
  // evaluation that cannot be read fails instead. `clock` outlives the desk.
  static absl::StatusOr<std::unique_ptr<EvaluationDesk>> Open(Options options, const Clock& clock);

  // ---- workers

  // Workers that compute no units are ignored.
  void Join(const Worker& worker);
  void Lose(WorkerId worker);
  // Answers of unknown workers or to evaluations that are not at work are ignored.
  void Receive(WorkerId from, const v1::EvaluationData& data);
  void Receive(WorkerId from, const v1::EvaluationAnswer& answer);
  // Units that the worker was asked for and has not answered.
  uint32_t UnderWay(WorkerId worker) const;
  // What is to be sent since the last call: units for those with room, among the rest. `trains`:
  // whether the worker holds blocks of the job at work. To be called several times a second.
  std::vector<Outgoing> Work(const std::function<bool(WorkerId)>& trains);

  // ---- evaluations

  // The evaluation's name: the suite's, with a number if that is taken. The same request id again
  // gives the same evaluation. It is durable after OK. Errors as WriteFileAtomically.
  absl::StatusOr<std::string> Submit(Submission submission) { return Submit(submission, {}); }
  // As a part of the job's own work: named after it, and its result is one of HeldOut. The same θ
  // again gives the same evaluation.
  absl::StatusOr<std::string> Submit(Submission& submission, const ThetaOfJob& theta);
  v1::ListEvaluationsReply List() const;
  EvaluationCounts Count() const;
  // NotFound if there is none, from here on.
  absl::StatusOr<v1::EvaluationSummary> Summary(const std::string& name) const;
  // But for suite and optimizers, which the archive has.
  absl::StatusOr<v1::EvaluationDetail> Show(const std::string& name) const;
  absl::StatusOr<v1::EvaluationSummary> Cancel(const std::string& name);
  absl::Status Delete(const std::string& name);

  // ---- evaluations of jobs

  // What is known of the job's θ so far, by outer step.
  std::vector<v1::HeldOutRecord> HeldOut(const std::string& job) const;
  // The outer steps whose θ has an evaluation that has not ended.
  std::vector<int64_t> PendingOf(const std::string& job) const;
  // What has become known since the last call, with the job's name.
  std::vector<std::pair<std::string, v1::HeldOutRecord>> TakeHeldOut() {
    return std::exchange(held_out_, {});
  }
  // Those of its θ that have not ended.
  void CancelOf(const std::string& job);
  // All of its θ, ended or not.
  absl::Status DeleteOf(const std::string& job);

  // Thread-safe.
  EvaluationArchive& archive() { return archive_; }

 private:
  struct Entry {
    v1::EvaluationRecord record;
    std::unique_ptr<EvaluationRun> run;  // until it has ended
    bool dirty = false;                  // the record is not stored as it is
  };

  EvaluationDesk(Options options, const Clock& clock)
      : options_(std::move(options)),
        clock_(clock),
        archive_(options_.data_folder),
        next_attempt_(options_.first_attempt) {}
  absl::Status Load();
  void LoadRun(Entry& entry);
  void Begin(Entry& entry, Submission submission);
  void ServeAll(Entry& entry, const std::function<bool(WorkerId)>& trains);
  uint32_t RoomOn(const Worker& worker, const std::function<bool(WorkerId)>& trains) const;
  // Takes over what the run says of itself, and ends it where it is at its end.
  void Settle(Entry& entry);
  void Succeed(Entry& entry);
  void NoteHeldOut(v1::EvaluationRecord& record, const v1::Evaluation& result);
  void End(Entry& entry, v1::EvaluationState state, const std::string& message);
  void Note(Entry& entry, const std::string& text);
  void Store(Entry& entry);
  void Tell() const {
    if (options_.changed) options_.changed();
  }
  Entry* FindOrNull(const std::string& name) const;
  absl::StatusOr<Entry*> Find(const std::string& name) const;
  Entry* AtWork(const std::string& name) const;
  // One that was submitted with this request id, or of this θ.
  Entry* FindSame(const std::string& request_id, const ThetaOfJob& theta) const;
  // With a number if it is taken.
  std::string FreeName(const std::string& wanted) const;
  v1::EvaluationSummary SummaryOf(const Entry& entry) const;

  const Options options_;
  const Clock& clock_;
  EvaluationArchive archive_;
  uint64_t next_attempt_;
  uint64_t next_number_ = 1;
  std::vector<std::unique_ptr<Entry>> entries_;  // by number
  std::map<WorkerId, Worker> workers_;           // those that compute units
  std::vector<Outgoing> outbox_;
  std::vector<std::pair<std::string, v1::HeldOutRecord>> held_out_;  // not taken yet
};

}  // namespace paceline
