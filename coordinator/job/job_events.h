// What happens in jobs, for people: lines in the log and in the store.
#pragma once

#include <string>

#include "common/base/clock.h"
#include "coordinator/job/event_limit.h"
#include "coordinator/roster/roster.h"
#include "coordinator/store/store.h"

namespace paceline {

// Who wants to know that something about a job has changed in the store or the book.
class JobObserver {
 public:
  virtual ~JobObserver() = default;
  virtual void JobChanged(const std::string& job) = 0;
};

// Not thread-safe. An event that cannot be stored is in the log alone.
class JobEvents {
 public:
  // All outlive the object.
  JobEvents(Store& store, const Clock& clock, JobObserver& observer)
      : store_(store), clock_(clock), observer_(observer), limit_(clock) {}

  void Note(const std::string& job, const std::string& text);
  // Of what a worker brings about, if there is not too much of it. The text follows its name.
  void NoteOf(const std::string& job, const Worker& worker, const std::string& text);
  // Says how many of those were left out, now and then.
  void NoteSuppressed(const std::string& job);
  void Forget(WorkerId worker) { limit_.Forget(worker); }

 private:
  Store& store_;
  const Clock& clock_;
  JobObserver& observer_;
  EventLimit limit_;
};

}  // namespace paceline
