#include "coordinator/store/sqlite_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/store/sqlite_columns.h"
#include "coordinator/store/sqlite_run.h"

namespace paceline {
namespace {

absl::StatusOr<JobRow> Decode(const std::string& path, JobColumns job) {
  const bool whole = job.Believed() && job.row.config.ParseFromString(job.config) &&
                     v1::JobState_IsValid(static_cast<int>(job.state_number));
  if (!whole) {
    return absl::DataLossError(absl::StrCat(path, ": the row of job ", job.row.name,
                                            " is damaged; put the whole data folder back from a "
                                            "backup"));
  }
  job.row.state = static_cast<v1::JobState>(job.state_number);
  return std::move(job.row);
}

JobColumns Encode(const JobRow& row) {
  JobColumns job{.config = row.config.SerializeAsString(),
                 .state_number = row.state,
                 .row = row,
                 .birth_digest = {},
                 .digest = {}};
  job.birth_digest = DigestOf(job.birth());
  job.digest = DigestOf(job.state(job.birth_digest));
  return job;
}

bool Insert(SQLite::Database& db, const JobColumns& job) {
  SQLite::Statement insert(
      db,
      "INSERT OR IGNORE INTO jobs (name, config, source_yaml, request_id, state, message, "
      "fingerprint, submitted_ms, started_ms, ended_ms, birth, digest, submitter, priority) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, job.row.name);
  BindBlob(insert, 2, job.config);
  insert.bind(3, job.row.source_yaml);
  insert.bind(4, job.row.request_id);
  insert.bind(5, job.state_number);
  insert.bind(6, job.row.message);
  insert.bind(7, job.row.fingerprint);
  insert.bind(8, job.row.submitted_ms);
  insert.bind(9, job.row.started_ms);
  insert.bind(10, job.row.ended_ms);
  insert.bind(11, job.birth_digest);
  insert.bind(12, job.digest);
  insert.bind(13, job.row.submitter);
  insert.bind(14, job.row.priority);
  return insert.exec() == 1;
}

void Update(SQLite::Database& db, int64_t id, const JobRow& job, const std::string& digest) {
  SQLite::Statement update(db,
                           "UPDATE jobs SET state = ?, message = ?, fingerprint = ?, "
                           "started_ms = ?, ended_ms = ?, priority = ?, digest = ? WHERE id = ?");
  update.bind(1, static_cast<int>(job.state));
  update.bind(2, job.message);
  update.bind(3, job.fingerprint);
  update.bind(4, job.started_ms);
  update.bind(5, job.ended_ms);
  update.bind(6, job.priority);
  update.bind(7, digest);
  update.bind(8, id);
  update.exec();
}

}  // namespace

SqliteStore::SqliteStore(std::string path, std::unique_ptr<SQLite::Database> db)
    : path_(std::move(path)), db_(std::move(db)) {}
SqliteStore::~SqliteStore() = default;

absl::Status SqliteStore::health() {
  std::lock_guard lock(mutex_);
  return broken_;
}

absl::Status SqliteStore::CheckFence(SQLite::Database& db) const {
  if (incarnation_ == 0) return absl::OkStatus();
  const auto owner = static_cast<uint32_t>(
      db.execAndGet("SELECT value FROM counters WHERE name = 'incarnation'").getUInt());
  if (owner == incarnation_) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path_, ": another coordinator has taken this data folder over (start ", owner,
                   ", this one was start ", incarnation_, "); this one must end"));
}

absl::StatusOr<uint32_t> SqliteStore::NextIncarnation() {
  const uint32_t before = std::exchange(incarnation_, 0);  // whoever counts is not fenced
  absl::Status status = Run("cannot count this start", [&](SQLite::Database& db) {
    return Change(db, [&](Anchor& next) {
      const uint32_t stored =
          db.execAndGet("SELECT value FROM counters WHERE name = 'incarnation'").getUInt();
      next.incarnation = std::max(next.incarnation, stored) + 1;
      SQLite::Statement count(db, "UPDATE counters SET value = ? WHERE name = 'incarnation'");
      count.bind(1, next.incarnation);
      count.exec();
      return absl::OkStatus();
    });
  });
  incarnation_ = status.ok() ? anchor_.incarnation : before;
  if (!status.ok()) return status;
  return incarnation_;
}

absl::Status SqliteStore::AddJob(const JobRow& job) {
  return Run("cannot add job " + job.name, [&](SQLite::Database& db) {
    return Change(db, [&](Anchor& next) {
      const JobColumns columns = Encode(job);
      if (!Insert(db, columns)) {
        return absl::AlreadyExistsError(absl::StrCat("there is a job ", job.name));
      }
      next.jobs.push_back({.name = job.name,
                           .birth = columns.birth_digest,
                           .state_digest = columns.digest,
                           .state = job.state,
                           .chain = columns.birth_digest});
      return absl::OkStatus();
    });
  });
}

absl::Status SqliteStore::UpdateJob(const JobRow& job) {
  return RunOnJob("cannot update the row", job.name, [&](SQLite::Database& db, const JobKey& key) {
    return Change(db, [&](Anchor& next) {
      AnchoredJob* anchored = next.Find(job.name);
      if (!anchored) return NoJob(job.name);
      JobColumns columns;
      columns.row = job;
      columns.state_number = job.state;
      anchored->state = job.state;
      anchored->state_digest = DigestOf(columns.state(key.birth));
      Update(db, key.id, job, anchored->state_digest);
      return absl::OkStatus();
    });
  });
}

absl::StatusOr<std::vector<JobRow>> SqliteStore::Jobs() {
  std::vector<JobRow> rows;
  absl::Status status = Run("cannot read the jobs", [&](SQLite::Database& db) -> absl::Status {
    SQLite::Statement query(db, std::string("SELECT ") + kJobColumns + " FROM jobs ORDER BY id");
    while (query.executeStep()) {
      auto row = Decode(path_, ReadJobColumns(query));
      if (!row.ok()) return row.status();
      rows.push_back(*std::move(row));
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return rows;
}

absl::Status SqliteStore::DeleteJob(const std::string& job) {
  return RunOnJob("cannot delete the rows", job, [&](SQLite::Database& db, const JobKey& key) {
    return Change(db, [&](Anchor& next) {
      RemoveRows(db, key.id);
      std::erase_if(next.jobs, [&](const AnchoredJob& anchored) { return anchored.name == job; });
      return absl::OkStatus();
    });
  });
}

absl::Status SqliteStore::AddEvent(const std::string& job, int64_t unix_ms,
                                   const std::string& text) {
  return RunOnJob("cannot add an event", job, [&](SQLite::Database& db, const JobKey& key) {
    return Write(db, [&] {
      SQLite::Statement insert(db, "INSERT INTO events (job, unix_ms, text) VALUES (?, ?, ?)");
      insert.bind(1, key.id);
      insert.bind(2, unix_ms);
      insert.bind(3, text);
      insert.exec();
      return absl::OkStatus();
    });
  });
}

absl::StatusOr<std::vector<EventRow>> SqliteStore::Events(const std::string& job, int64_t after,
                                                          int limit) {
  std::vector<EventRow> rows;
  absl::Status status =
      RunOnJob("cannot read events", job, [&](SQLite::Database& db, const JobKey& key) {
        SQLite::Statement query(db,
                                "SELECT id, unix_ms, text FROM events WHERE job = ? AND id > ? "
                                "ORDER BY id DESC LIMIT ?");
        query.bind(1, key.id);
        query.bind(2, after);
        query.bind(3, limit);
        while (query.executeStep()) {
          rows.push_back({query.getColumn(0).getInt64(), query.getColumn(1).getInt64(),
                          query.getColumn(2).getString()});
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  std::reverse(rows.begin(), rows.end());
  return rows;
}

absl::Status SqliteStore::AddCheckpoint(const std::string& job, const CheckpointRow& row) {
  return RunOnJob("cannot add a checkpoint", job, [&](SQLite::Database& db, const JobKey& key) {
    return Write(db, [&] {
      SQLite::Statement insert(db, "INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?, ?)");
      insert.bind(1, key.id);
      insert.bind(2, row.step);
      insert.bind(3, row.theta_sha256);
      insert.bind(4, row.state_sha256);
      insert.bind(5, row.marked ? 1 : 0);
      insert.bind(6, DigestOf(Stored(row, key.birth)));
      insert.exec();
      return absl::OkStatus();
    });
  });
}

absl::StatusOr<std::vector<CheckpointRow>> SqliteStore::Checkpoints(const std::string& job) {
  std::vector<CheckpointRow> rows;
  absl::Status status =
      RunOnJob("cannot read checkpoints", job, [&](SQLite::Database& db, const JobKey& key) {
        SQLite::Statement query(db, std::string("SELECT ") + kCheckpointColumns +
                                        " FROM checkpoints WHERE job = ? ORDER BY step DESC");
        query.bind(1, key.id);
        while (query.executeStep()) {
          CheckpointRow row = ReadCheckpointColumns(query);
          // No file has these digests, so that a damaged row costs its checkpoint and no more.
          if (DigestOf(Stored(row, key.birth)) != query.getColumn(4).getString()) {
            row.theta_sha256 = row.state_sha256 = "damaged";
          }
          rows.push_back(std::move(row));
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return rows;
}

absl::Status SqliteStore::RemoveCheckpoints(const std::string& job,
                                            const std::vector<int64_t>& steps) {
  return RunOnJob("cannot remove checkpoints", job, [&](SQLite::Database& db, const JobKey& key) {
    return Write(db, [&] {
      SQLite::Statement remove(db, "DELETE FROM checkpoints WHERE job = ? AND step = ?");
      for (const int64_t step : steps) {
        remove.bind(1, key.id);
        remove.bind(2, step);
        remove.exec();
        remove.reset();
      }
      return absl::OkStatus();
    });
  });
}

}  // namespace paceline
