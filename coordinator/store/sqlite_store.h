// The store as one SQLite file in WAL mode, synced at every commit.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "coordinator/store/store.h"

namespace SQLite {
class Database;
}

namespace paceline {

class SqliteStore : public Store {
 public:
  // Makes the file if there is none. DataLoss if it is damaged or no database, FailedPrecondition
  // if it is another program's or has a format that this one does not know.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(const std::string& path);
  ~SqliteStore() override;

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

 private:
  SqliteStore(std::string path, std::unique_ptr<SQLite::Database> db);
  // Runs `body` under the lock; SQLite's exceptions end here.
  template <typename Body>
  absl::Status Run(const std::string& what, Body body);
  // The same for a body that takes the database and the job's row id; NotFound if there is none.
  template <typename Body>
  absl::Status RunOnJob(const std::string& what, const std::string& job, Body body);

  const std::string path_;
  std::mutex mutex_;  // guards db_
  std::unique_ptr<SQLite::Database> db_;
};

}  // namespace paceline
