#include "coordinator/job/job_events.h"

#include "absl/strings/str_cat.h"
#include "common/log/fields.h"
#include "spdlog/spdlog.h"

namespace paceline {

void JobEvents::Note(const std::string& job, const std::string& text) {
  const ScopedLogFields fields({{"job", job}});
  spdlog::info("job {}: {}", job, text);
  absl::Status status = store_.AddEvent(job, clock_.UnixMillis(), text);
  if (!status.ok())
    spdlog::warn("job {}: event not stored: {}", job, std::string(status.message()));
  observer_.JobChanged(job);
}

void JobEvents::NoteOf(const std::string& job, const Worker& worker, const std::string& text) {
  const ScopedLogFields fields({{"worker", worker.name}});
  if (limit_.Admit(worker.id)) Note(job, absl::StrCat("worker ", worker.Label(), " ", text));
}

void JobEvents::NoteSuppressed(const std::string& job) {
  const auto left_out = limit_.TakeSuppressed();
  if (!left_out) return;
  Note(job, absl::StrCat(*left_out, " more events of workers are left out: they come too fast"));
}

}  // namespace paceline
