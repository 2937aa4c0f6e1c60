#include "coordinator/job/job_machine.h"

#include "absl/strings/str_cat.h"
#include "common/text/job_state.h"

namespace paceline {

bool JobMachine::ended() const {
  return row_.state == v1::JOB_STATE_SUCCEEDED || row_.state == v1::JOB_STATE_FAILED ||
         row_.state == v1::JOB_STATE_CANCELLED;
}

absl::Status JobMachine::Start(int64_t now_ms) {
  if (row_.state != v1::JOB_STATE_QUEUED) return Refuse("started");
  row_.state = v1::JOB_STATE_RUNNING;
  row_.message.clear();
  if (row_.started_ms == 0) row_.started_ms = now_ms;
  return absl::OkStatus();
}

absl::Status JobMachine::Pause() {
  if (row_.state != v1::JOB_STATE_QUEUED && row_.state != v1::JOB_STATE_RUNNING) {
    return Refuse("paused");
  }
  row_.state = v1::JOB_STATE_PAUSED;
  row_.message = "paused on request";
  return absl::OkStatus();
}

absl::Status JobMachine::SetAside(const std::string& why) {
  if (row_.state != v1::JOB_STATE_RUNNING) return Refuse("set aside");
  row_.state = v1::JOB_STATE_QUEUED;
  row_.message = why;
  return absl::OkStatus();
}

absl::Status JobMachine::Resume() {
  if (row_.state != v1::JOB_STATE_PAUSED) return Refuse("resumed");
  row_.state = v1::JOB_STATE_QUEUED;
  row_.message.clear();
  return absl::OkStatus();
}

absl::Status JobMachine::Succeed(int64_t now_ms) {
  if (row_.state != v1::JOB_STATE_RUNNING) return Refuse("completed");
  End(v1::JOB_STATE_SUCCEEDED, now_ms, "");
  return absl::OkStatus();
}

absl::Status JobMachine::Fail(int64_t now_ms, const std::string& why) {
  if (row_.state != v1::JOB_STATE_RUNNING && row_.state != v1::JOB_STATE_QUEUED) {
    return Refuse("failed");
  }
  End(v1::JOB_STATE_FAILED, now_ms, why);
  return absl::OkStatus();
}

absl::Status JobMachine::Cancel(int64_t now_ms) {
  if (ended()) return Refuse("cancelled");
  End(v1::JOB_STATE_CANCELLED, now_ms, "cancelled on request");
  return absl::OkStatus();
}

absl::Status JobMachine::SetPriority(int32_t priority) {
  if (ended()) return Refuse("given a priority");
  row_.priority = priority;
  return absl::OkStatus();
}

absl::Status JobMachine::Refuse(const char* what) const {
  return absl::FailedPreconditionError(
      absl::StrCat("job ", row_.name, " is ", StateWord(row_.state), " and cannot be ", what));
}

void JobMachine::End(v1::JobState state, int64_t now_ms, const std::string& message) {
  row_.state = state;
  row_.ended_ms = now_ms;
  row_.message = message;
}

}  // namespace paceline
