// The states of a job and the ways between them.
//
//   QUEUED ──Start──▶ RUNNING ──Succeed──▶ SUCCEEDED        RUNNING ──SetAside──▶ QUEUED
//      ▲  ╲              │  │
//   Resume  Pause      Pause └────Fail───▶ FAILED
//      │      ╲          ▼
//      └────── PAUSED ◀──┘      QUEUED, RUNNING, PAUSED ──Cancel──▶ CANCELLED
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "coordinator/store/store.h"

namespace paceline {

// One method for each edge; from any other state it changes nothing and is FailedPrecondition.
// Times are milliseconds since 1970.
class JobMachine {
 public:
  explicit JobMachine(JobRow row) : row_(std::move(row)) {}

  const JobRow& row() const { return row_; }
  v1::JobState state() const { return row_.state; }
  bool ended() const;

  absl::Status Start(int64_t now_ms);
  // Back to the queue; `why` is what it waits for.
  absl::Status SetAside(const std::string& why);
  absl::Status Pause();
  absl::Status Resume();
  absl::Status Succeed(int64_t now_ms);
  // A queued job fails where it cannot even be started.
  absl::Status Fail(int64_t now_ms, const std::string& why);
  absl::Status Cancel(int64_t now_ms);

  // FailedPrecondition of a job that has ended.
  absl::Status SetPriority(int32_t priority);
  // Workers of this fingerprint alone answer for the job from now on.
  void Pin(const std::string& fingerprint) { row_.fingerprint = fingerprint; }

 private:
  absl::Status Refuse(const char* what) const;
  void End(v1::JobState state, int64_t now_ms, const std::string& message);

  JobRow row_;
};

}  // namespace paceline
