// The store as one SQLite file in WAL mode, synced at every commit, with its anchor (anchor.h)
// beside it, synced after it.
//
// What is checked when: at opening the file's identity, its pages (of a file over 64 MiB those of
// everything but the outer steps), every job's row, the newest outer step of each, and all of that
// against the anchor; of the other outer steps each when it is read, by its digest.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "coordinator/store/anchor.h"
#include "coordinator/store/reconcile.h"
#include "coordinator/store/store.h"

namespace SQLite {
class Database;
}

namespace paceline {

struct JobColumns;

class SqliteStore : public Store {
 public:
  struct OpenOptions {
    // Opens a store that lacks what it has acknowledged, see Reconcile. Jobs whose row is damaged
    // are removed.
    bool accept_loss = false;
    // Of its log; with so many a commit copies them into the database.
    int most_log_pages = 1000;
  };

  // Makes the files if there are none. DataLoss if the database is damaged, no database, or behind
  // its anchor; FailedPrecondition if it is another program's or has a format that this one does
  // not know. What it refuses is left as it is.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(const std::string& path,
                                                           const OpenOptions& options);
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(const std::string& path);
  ~SqliteStore() override;

  // What was found missing at opening, to be told.
  const std::vector<Reconciliation::Loss>& losses() const { return losses_; }

  absl::Status health() override;

  // Whoever has counted last owns the store: changes by others are FailedPrecondition from then on.
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
  struct JobKey {
    int64_t id = 0;
    std::string birth;  // digest
  };

  SqliteStore(std::string path, std::unique_ptr<SQLite::Database> db);

  // sqlite_open.cc
  absl::Status Reconcile(const OpenOptions& options);
  absl::StatusOr<StoreFacts> Facts(const Anchor& anchor, const OpenOptions& options);
  absl::StatusOr<StoredJobFacts> FactsOf(const JobColumns& job, const Anchor& anchor,
                                         const OpenOptions& options);
  absl::Status Settle(Anchor anchor);

  // sqlite_run.h. Runs `body` under the lock; SQLite's exceptions end here.
  template <typename Body>
  absl::Status Run(const std::string& what, Body body);
  // The same for a body that takes the database and the job's key; NotFound if there is none.
  template <typename Body>
  absl::Status RunOnJob(const std::string& what, const std::string& job, Body body);
  // A transaction of this incarnation.
  template <typename Body>
  absl::Status Write(SQLite::Database& db, Body body);
  // One whose outcome is anchored: the body also changes the anchor that it is given.
  template <typename Body>
  absl::Status Change(SQLite::Database& db, Body body);
  absl::Status CheckFence(SQLite::Database& db) const;

  // sqlite_steps.cc. Calls `take` for rows with step > after whose digest is right.
  absl::Status ReadSteps(SQLite::Database& db, const std::string& job, const JobKey& key,
                         int64_t after, int limit, const std::function<void(StepRow&)>& take) const;

  const std::string path_;
  std::mutex mutex_;  // guards all below
  std::unique_ptr<SQLite::Database> db_;
  std::unique_ptr<AnchorFile> anchor_file_;
  Anchor anchor_;             // as it stands on the disk
  uint32_t incarnation_ = 0;  // 0: not counted yet
  bool writing_ = false;      // within a transaction of Write
  absl::Status broken_;       // see health()
  std::vector<Reconciliation::Loss> losses_;
};

}  // namespace paceline
