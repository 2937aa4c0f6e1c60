#include "coordinator/store/sqlite_store.h"

#include <sqlite3.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/store/scalars.h"
#include "coordinator/store/sqlite_schema.h"

namespace paceline {
namespace {

std::string Bytes(const SQLite::Column& column) {
  return std::string(static_cast<const char*>(column.getBlob()), column.getBytes());
}

void BindBytes(SQLite::Statement& statement, int index, const std::string& bytes) {
  statement.bind(index, static_cast<const void*>(bytes.data()), static_cast<int>(bytes.size()));
}

absl::Status NoJob(const std::string& job) {
  return absl::NotFoundError(absl::StrCat("no job ", job, " in the store"));
}

absl::Status Unreadable(const std::string& path, const std::string& job, const std::string& what) {
  return absl::DataLossError(absl::StrCat(path, ": job ", job, ": ", what, " is damaged"));
}

absl::StatusOr<JobRow> ReadJob(const std::string& path, SQLite::Statement& query) {
  JobRow row;
  row.name = query.getColumn(0).getString();
  if (!row.config.ParseFromString(Bytes(query.getColumn(1)))) {
    return Unreadable(path, row.name, "its config");
  }
  row.source_yaml = query.getColumn(2).getString();
  row.request_id = query.getColumn(3).getString();
  const int state = query.getColumn(4).getInt();
  if (!v1::JobState_IsValid(state)) return Unreadable(path, row.name, "its state");
  row.state = static_cast<v1::JobState>(state);
  row.message = query.getColumn(5).getString();
  row.fingerprint = query.getColumn(6).getString();
  row.submitted_ms = query.getColumn(7).getInt64();
  row.started_ms = query.getColumn(8).getInt64();
  row.ended_ms = query.getColumn(9).getInt64();
  return row;
}

absl::StatusOr<StepRow> ReadStep(const std::string& path, const std::string& job,
                                 SQLite::Statement& query) {
  StepRow row;
  row.step = query.getColumn(0).getInt64();
  row.theta_hash = std::bit_cast<uint64_t>(query.getColumn(1).getInt64());
  auto particles = DecodeScalars(Bytes(query.getColumn(2)));
  if (!particles.ok() || !row.record.ParseFromString(Bytes(query.getColumn(3)))) {
    return Unreadable(path, job, absl::StrCat("outer step ", row.step));
  }
  row.particles = *std::move(particles);
  return row;
}

}  // namespace

SqliteStore::SqliteStore(std::string path, std::unique_ptr<SQLite::Database> db)
    : path_(std::move(path)), db_(std::move(db)) {}
SqliteStore::~SqliteStore() = default;

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::string& path) {
  auto db = OpenDatabase(path);
  if (!db.ok()) return db.status();
  return std::unique_ptr<SqliteStore>(new SqliteStore(path, *std::move(db)));
}

template <typename Body>
absl::Status SqliteStore::Run(const std::string& what, Body body) {
  std::lock_guard lock(mutex_);
  try {
    return body(*db_);
  } catch (const SQLite::Exception& error) {
    return SqliteError(path_, what, error);
  }
}

template <typename Body>
absl::Status SqliteStore::RunOnJob(const std::string& what, const std::string& job, Body body) {
  return Run(absl::StrCat(what, " of job ", job), [&](SQLite::Database& db) -> absl::Status {
    SQLite::Statement query(db, "SELECT id FROM jobs WHERE name = ?");
    query.bind(1, job);
    if (!query.executeStep()) return NoJob(job);
    const int64_t id = query.getColumn(0).getInt64();
    query.reset();
    return body(db, id);
  });
}

absl::StatusOr<uint32_t> SqliteStore::NextIncarnation() {
  uint32_t incarnation = 0;
  absl::Status status = Run("cannot count this start", [&](SQLite::Database& db) {
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    db.exec(
        "INSERT INTO counters VALUES ('incarnation', 1) "
        "ON CONFLICT (name) DO UPDATE SET value = value + 1");
    incarnation = db.execAndGet("SELECT value FROM counters WHERE name = 'incarnation'").getUInt();
    transaction.commit();
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return incarnation;
}

absl::Status SqliteStore::AddJob(const JobRow& job) {
  return Run("cannot add job " + job.name, [&](SQLite::Database& db) {
    SQLite::Statement insert(
        db,
        "INSERT OR IGNORE INTO jobs (name, config, source_yaml, request_id, state, message, "
        "fingerprint, "
        "submitted_ms, started_ms, ended_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, job.name);
    BindBytes(insert, 2, job.config.SerializeAsString());
    insert.bind(3, job.source_yaml);
    insert.bind(4, job.request_id);
    insert.bind(5, static_cast<int>(job.state));
    insert.bind(6, job.message);
    insert.bind(7, job.fingerprint);
    insert.bind(8, job.submitted_ms);
    insert.bind(9, job.started_ms);
    insert.bind(10, job.ended_ms);
    if (insert.exec() == 1) return absl::OkStatus();
    return absl::AlreadyExistsError(absl::StrCat("there is a job ", job.name));
  });
}

absl::Status SqliteStore::UpdateJob(const JobRow& job) {
  return Run("cannot update job " + job.name, [&](SQLite::Database& db) {
    SQLite::Statement update(db,
                             "UPDATE jobs SET state = ?, message = ?, fingerprint = ?, "
                             "submitted_ms = ?, started_ms = ?, ended_ms = ? WHERE name = ?");
    update.bind(1, static_cast<int>(job.state));
    update.bind(2, job.message);
    update.bind(3, job.fingerprint);
    update.bind(4, job.submitted_ms);
    update.bind(5, job.started_ms);
    update.bind(6, job.ended_ms);
    update.bind(7, job.name);
    return update.exec() == 1 ? absl::OkStatus() : NoJob(job.name);
  });
}

absl::StatusOr<std::vector<JobRow>> SqliteStore::Jobs() {
  std::vector<JobRow> rows;
  absl::Status status = Run("cannot read the jobs", [&](SQLite::Database& db) -> absl::Status {
    SQLite::Statement query(
        db,
        "SELECT name, config, source_yaml, request_id, state, message, "
        "fingerprint, submitted_ms, started_ms, ended_ms FROM jobs ORDER BY id");
    while (query.executeStep()) {
      auto row = ReadJob(path_, query);
      if (!row.ok()) return row.status();
      rows.push_back(*std::move(row));
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return rows;
}

absl::Status SqliteStore::DeleteJob(const std::string& job) {
  return RunOnJob("cannot delete", job, [&](SQLite::Database& db, int64_t id) {
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    for (const char* sql :
         {"DELETE FROM steps WHERE job = ?", "DELETE FROM events WHERE job = ?",
          "DELETE FROM checkpoints WHERE job = ?", "DELETE FROM jobs WHERE id = ?"}) {
      SQLite::Statement remove(db, sql);
      remove.bind(1, id);
      remove.exec();
    }
    transaction.commit();
    return absl::OkStatus();
  });
}

absl::Status SqliteStore::CommitStep(const std::string& job, const StepRow& row) {
  const std::string what = absl::StrCat("cannot commit outer step ", row.step);
  return RunOnJob(what, job, [&](SQLite::Database& db, int64_t id) {
    SQLite::Statement insert(db,
                             "INSERT INTO steps SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE ?2 = 1 + "
                             "(SELECT COALESCE(MAX(step), 0) FROM steps WHERE job = ?1)");
    insert.bind(1, id);
    insert.bind(2, row.step);
    insert.bind(3, std::bit_cast<int64_t>(row.theta_hash));
    insert.bind(4, static_cast<int64_t>(row.record.inner_steps()));
    insert.bind(5, static_cast<int64_t>(row.record.diverged()));
    BindBytes(insert, 6, EncodeScalars(row.particles));
    BindBytes(insert, 7, row.record.SerializeAsString());
    if (insert.exec() == 1) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat("job ", job, ": outer step ", row.step,
                                                      " does not follow the last one stored"));
  });
}

absl::StatusOr<std::vector<StepRow>> SqliteStore::Steps(const std::string& job, int64_t after,
                                                        int limit) {
  std::vector<StepRow> rows;
  absl::Status status =
      RunOnJob("cannot read steps", job, [&](SQLite::Database& db, int64_t id) -> absl::Status {
        SQLite::Statement query(db,
                                "SELECT step, theta_hash, scalars, record FROM steps "
                                "WHERE job = ? AND step > ? ORDER BY step LIMIT ?");
        query.bind(1, id);
        query.bind(2, after);
        query.bind(3, limit);
        while (query.executeStep()) {
          auto row = ReadStep(path_, job, query);
          if (!row.ok()) return row.status();
          rows.push_back(*std::move(row));
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return rows;
}

absl::StatusOr<std::vector<v1::OuterStepRecord>> SqliteStore::Records(const std::string& job,
                                                                      int64_t after, int limit) {
  std::vector<v1::OuterStepRecord> records;
  absl::Status status =
      RunOnJob("cannot read records", job, [&](SQLite::Database& db, int64_t id) -> absl::Status {
        SQLite::Statement query(
            db, "SELECT step, record FROM steps WHERE job = ? AND step > ? ORDER BY step LIMIT ?");
        query.bind(1, id);
        query.bind(2, after);
        query.bind(3, limit);
        while (query.executeStep()) {
          if (!records.emplace_back().ParseFromString(Bytes(query.getColumn(1)))) {
            return Unreadable(path_, job,
                              absl::StrCat("the record of step ", query.getColumn(0).getInt64()));
          }
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return records;
}

absl::StatusOr<JobTotals> SqliteStore::Totals(const std::string& job) {
  JobTotals totals;
  absl::Status status =
      RunOnJob("cannot sum up the steps", job, [&](SQLite::Database& db, int64_t id) {
        SQLite::Statement query(db,
                                "SELECT COALESCE(MAX(step), 0), COALESCE(SUM(inner_steps), 0), "
                                "COALESCE(SUM(diverged), 0) FROM steps WHERE job = ?");
        query.bind(1, id);
        query.executeStep();
        totals.steps = query.getColumn(0).getInt64();
        totals.inner_steps = query.getColumn(1).getInt64();
        totals.diverged = query.getColumn(2).getInt64();
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return totals;
}

absl::Status SqliteStore::AddEvent(const std::string& job, int64_t unix_ms,
                                   const std::string& text) {
  return RunOnJob("cannot add an event", job, [&](SQLite::Database& db, int64_t id) {
    SQLite::Statement insert(db, "INSERT INTO events (job, unix_ms, text) VALUES (?, ?, ?)");
    insert.bind(1, id);
    insert.bind(2, unix_ms);
    insert.bind(3, text);
    insert.exec();
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<EventRow>> SqliteStore::Events(const std::string& job, int64_t after,
                                                          int limit) {
  std::vector<EventRow> rows;
  absl::Status status = RunOnJob("cannot read events", job, [&](SQLite::Database& db, int64_t id) {
    SQLite::Statement query(db,
                            "SELECT id, unix_ms, text FROM events WHERE job = ? AND id > ? "
                            "ORDER BY id DESC LIMIT ?");
    query.bind(1, id);
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
  return RunOnJob("cannot add a checkpoint", job, [&](SQLite::Database& db, int64_t id) {
    SQLite::Statement insert(db, "INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?)");
    insert.bind(1, id);
    insert.bind(2, row.step);
    insert.bind(3, row.theta_sha256);
    insert.bind(4, row.state_sha256);
    insert.exec();
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<CheckpointRow>> SqliteStore::Checkpoints(const std::string& job) {
  std::vector<CheckpointRow> rows;
  absl::Status status =
      RunOnJob("cannot read checkpoints", job, [&](SQLite::Database& db, int64_t id) {
        SQLite::Statement query(db,
                                "SELECT step, theta_sha256, state_sha256 FROM checkpoints "
                                "WHERE job = ? ORDER BY step DESC");
        query.bind(1, id);
        while (query.executeStep()) {
          rows.push_back({query.getColumn(0).getInt64(), query.getColumn(1).getString(),
                          query.getColumn(2).getString()});
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return rows;
}

}  // namespace paceline
