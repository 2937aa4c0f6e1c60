#include "coordinator/store/migrate.h"

#include "absl/strings/str_cat.h"
#include "common/base/protocol.h"
#include "coordinator/store/row_digest.h"
#include "coordinator/store/sqlite_columns.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

// Format 2: digests, and totals that go up to the step instead of the step's own.
constexpr char kColumnsOfFormat2[] = R"(
ALTER TABLE jobs ADD COLUMN birth TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN digest TEXT NOT NULL DEFAULT '';
ALTER TABLE steps RENAME COLUMN inner_steps TO total_inner_steps;
ALTER TABLE steps RENAME COLUMN diverged TO total_diverged;
ALTER TABLE steps ADD COLUMN digest TEXT NOT NULL DEFAULT '';
ALTER TABLE checkpoints ADD COLUMN marked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE checkpoints ADD COLUMN digest TEXT NOT NULL DEFAULT '';
INSERT OR IGNORE INTO counters VALUES ('incarnation', 0), ('version', 0);
)";

// Format 3. What is empty and 0 has no part in digests, so that those of format 2 stay right.
constexpr char kColumnsOfFormat3[] = R"(
ALTER TABLE jobs ADD COLUMN submitter TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
)";

// The digest of the job's birth.
std::string SealJob(SQLite::Database& db, int64_t id) {
  SQLite::Statement query(db, std::string("SELECT ") + kJobColumns + " FROM jobs WHERE id = ?");
  query.bind(1, id);
  query.executeStep();
  const JobColumns job = ReadJobColumns(query);
  std::string birth = DigestOf(job.birth());
  SQLite::Statement update(db, "UPDATE jobs SET birth = ?, digest = ? WHERE id = ?");
  update.bind(1, birth);
  update.bind(2, DigestOf(job.state(birth)));
  update.bind(3, id);
  update.exec();
  return birth;
}

void SealStep(SQLite::Database& db, int64_t id, StepColumns& step, const std::string& digest) {
  SQLite::Statement update(db,
                           "UPDATE steps SET total_inner_steps = ?, total_diverged = ?, digest = ? "
                           "WHERE job = ? AND step = ?");
  update.bind(1, step.total_inner_steps);
  update.bind(2, step.total_diverged);
  update.bind(3, digest);
  update.bind(4, id);
  update.bind(5, step.step);
  update.exec();
}

// One step after another: a statement that reads ahead would meet its own changes.
absl::Status SealSteps(SQLite::Database& db, const std::string& path, int64_t id,
                       std::string chain) {
  StepColumns before;
  for (int64_t step = 1;; ++step) {
    SQLite::Statement query(db,
                            std::string("SELECT ") + kStepColumns +
                                " FROM steps WHERE job = ? AND step >= ? ORDER BY step LIMIT 1");
    query.bind(1, id);
    query.bind(2, step);
    if (!query.executeStep()) return absl::OkStatus();
    StepColumns row = ReadStepColumns(query);
    query.reset();
    if (row.step != step) {
      return absl::DataLossError(absl::StrCat(path, ": is damaged: outer step ", step,
                                              " of job number ", id,
                                              " is missing; restore the file from a backup"));
    }
    row.total_inner_steps += before.total_inner_steps;
    row.total_diverged += before.total_diverged;
    chain = DigestOf(row.stored(chain));
    SealStep(db, id, row, chain);
    before = std::move(row);
  }
}

void SealCheckpoints(SQLite::Database& db, int64_t id, const std::string& birth) {
  std::vector<CheckpointRow> rows;
  SQLite::Statement query(
      db, std::string("SELECT ") + kCheckpointColumns + " FROM checkpoints WHERE job = ?");
  query.bind(1, id);
  while (query.executeStep()) rows.push_back(ReadCheckpointColumns(query));
  SQLite::Statement update(db, "UPDATE checkpoints SET digest = ? WHERE job = ? AND step = ?");
  for (const CheckpointRow& row : rows) {
    update.bind(1, DigestOf(Stored(row, birth)));
    update.bind(2, id);
    update.bind(3, row.step);
    update.exec();
    update.reset();
  }
}

absl::Status MigrateFrom1(SQLite::Database& db, const std::string& path) {
  db.exec(kColumnsOfFormat2);
  std::vector<int64_t> ids;
  SQLite::Statement query(db, "SELECT id FROM jobs");
  while (query.executeStep()) ids.push_back(query.getColumn(0).getInt64());
  for (const int64_t id : ids) {
    const std::string birth = SealJob(db, id);
    if (absl::Status status = SealSteps(db, path, id, birth); !status.ok()) return status;
    SealCheckpoints(db, id, birth);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Migrate(SQLite::Database& db, const std::string& path) {
  const int format = db.execAndGet("PRAGMA user_version").getInt();
  if (format == kStoreFormat) return absl::OkStatus();
  spdlog::info("{}: is brought from format {} to format {}", path, format, kStoreFormat);
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  db.exec(kColumnsOfFormat3);
  if (format < 2) {
    if (absl::Status status = MigrateFrom1(db, path); !status.ok()) return status;
  }
  db.exec(absl::StrCat("PRAGMA user_version=", kStoreFormat));
  transaction.commit();
  return absl::OkStatus();
}

}  // namespace paceline
