// A store that lives as long as its object; for tests.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "coordinator/store/store.h"

namespace paceline {

class MemoryStore : public Store {
 public:
  absl::StatusOr<uint32_t> NextIncarnation() override;
  absl::Status AddJob(const JobRow& job) override;
  absl::Status UpdateJob(const JobRow& job) override;
  absl::StatusOr<std::vector<JobRow>> Jobs() override;
  absl::Status DeleteJob(const std::string& job) override;
  absl::Status CommitStep(const std::string& job, const StepRow& row) override;
  absl::StatusOr<std::vector<StepRow>> Steps(const std::string& job, int64_t after,
                                             int limit) override;
  absl::StatusOr<std::vector<v1::OuterStepRecord>> Records(const std::string& job, int64_t after,
                                                           int limit) override;
  absl::StatusOr<JobTotals> Totals(const std::string& job) override;
  absl::Status AddEvent(const std::string& job, int64_t unix_ms, const std::string& text) override;
  absl::StatusOr<std::vector<EventRow>> Events(const std::string& job, int64_t after,
                                               int limit) override;
  absl::Status AddCheckpoint(const std::string& job, const CheckpointRow& row) override;
  absl::StatusOr<std::vector<CheckpointRow>> Checkpoints(const std::string& job) override;
  absl::Status RemoveCheckpoints(const std::string& job,
                                 const std::vector<int64_t>& steps) override;

 private:
  struct Entry {
    JobRow row;
    std::vector<StepRow> steps;
    std::vector<EventRow> events;
    std::map<int64_t, CheckpointRow> checkpoints;
  };
  Entry* Find(const std::string& job);

  std::mutex mutex_;  // guards all below
  uint32_t incarnation_ = 0;
  std::vector<Entry> jobs_;
  int64_t last_event_ = 0;
};

}  // namespace paceline
