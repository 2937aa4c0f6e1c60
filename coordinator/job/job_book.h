// All jobs of this coordinator and the queue among them. The store is changed first: what the book
// says has been committed.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/trace/trace_context.h"
#include "coordinator/job/findings.h"
#include "coordinator/job/job_machine.h"
#include "coordinator/job/step_history.h"
#include "coordinator/lease/crew.h"
#include "coordinator/store/store.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

struct JobEntry {
  explicit JobEntry(JobRow row)
      : machine(std::move(row)), history(machine.row().config.outer().steps()) {}

  JobMachine machine;
  int64_t step = 0;  // outer steps done
  StepHistory history;
  // Not empty: some of its outer steps cannot be read, and why; `history` lacks them.
  std::string damage;
  // What the job's events say already.
  std::set<FindingKind> told;
  Crew crew;
  TraceContext trace;      // what its outer steps are a part of; not valid: nobody traces
  bool set_aside = false;  // while it is queued: it waits until somebody can work on it

  const JobRow& row() const { return machine.row(); }
  std::optional<Finding> finding() const;
};

// Not thread-safe. Errors of the store are passed on; the book then says what it said before.
class JobBook {
 public:
  // Reads all jobs. One whose outer steps are damaged is listed all the same. `store` and `clock`
  // outlive the book.
  static absl::StatusOr<JobBook> Load(Store& store, const Clock& clock);

  // The job's name: the config's, with a number if that is taken. The same request id and config
  // again, of the same submitter, give the same job. The config is valid (common/config).
  absl::StatusOr<std::string> Submit(const v1::SubmitRequest& request,
                                     const std::string& submitter = "");

  // Some job was submitted with that id, which is not empty.
  bool HasRequest(const std::string& request_id) const;

  // NotFound if there is none. Entries stay where they are until they are deleted.
  absl::StatusOr<JobEntry*> Find(const std::string& job);
  // In the order of submission.
  const std::vector<std::unique_ptr<JobEntry>>& entries() const { return entries_; }
  // The job that is running, or else the first in the queue, by priority, then by submission, but
  // for jobs that were set aside and nobody is able to work on; null if there is neither.
  JobEntry* RunningOrNext(const std::function<bool(const JobEntry&)>& is_able);

  // Takes one edge of the job's state machine.
  absl::Status Change(JobEntry& entry, const std::function<absl::Status(JobMachine&)>& edge);
  // The entry is gone after OK.
  absl::Status Delete(const JobEntry& entry);

 private:
  JobBook(Store& store, const Clock& clock) : store_(&store), clock_(&clock) {}
  std::string FreeName(const std::string& wanted) const;
  JobEntry* FindOrNull(const std::string& job) const;

  Store* store_;
  const Clock* clock_;
  std::vector<std::unique_ptr<JobEntry>> entries_;
};

v1::JobSummary Summarize(const JobEntry& entry);

}  // namespace paceline
