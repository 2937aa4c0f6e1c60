// A job's outer steps in the database.
#include <algorithm>
#include <bit>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/store/scalars.h"
#include "coordinator/store/sqlite_columns.h"
#include "coordinator/store/sqlite_run.h"

namespace paceline {
namespace {

absl::Status Damaged(const std::string& path, const std::string& job, int64_t step) {
  return absl::DataLossError(absl::StrCat(path, ": job ", job, ": outer step ", step,
                                          " is damaged; put the whole data folder back from a "
                                          "backup"));
}

// Digest that the chain has at that step; empty if the step is not there.
std::string ChainAt(SQLite::Database& db, int64_t job, const std::string& birth, int64_t step) {
  if (step <= 0) return birth;
  SQLite::Statement query(db, "SELECT digest FROM steps WHERE job = ? AND step = ?");
  query.bind(1, job);
  query.bind(2, step);
  return query.executeStep() ? query.getColumn(0).getString() : std::string();
}

absl::StatusOr<StepRow> Decode(const StepColumns& columns) {
  StepRow row;
  row.step = columns.step;
  row.theta_hash = columns.theta_hash;
  auto scalars = DecodeScalars(columns.scalars);
  if (!scalars.ok()) return scalars.status();
  row.particles = std::move(scalars->particles);
  row.windows = std::move(scalars->windows);
  if (!row.record.ParseFromString(columns.record)) return absl::DataLossError("no record");
  return row;
}

bool Insert(SQLite::Database& db, int64_t job, const StepColumns& step) {
  SQLite::Statement insert(db,
                           "INSERT INTO steps SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE ?2 = 1 + "
                           "(SELECT COALESCE(MAX(step), 0) FROM steps WHERE job = ?1)");
  insert.bind(1, job);
  insert.bind(2, step.step);
  insert.bind(3, std::bit_cast<int64_t>(step.theta_hash));
  insert.bind(4, step.total_inner_steps);
  insert.bind(5, step.total_diverged);
  BindBlob(insert, 6, step.scalars);
  BindBlob(insert, 7, step.record);
  insert.bind(8, step.digest);
  return insert.exec() == 1;
}

// Of an acknowledged step that was lost and computed again.
absl::Status CheckOwed(AnchoredJob& job, const StepRow& row) {
  if (row.step != job.owed_step) return absl::OkStatus();
  if (row.theta_hash != job.owed_theta_hash) {
    return absl::DataLossError(
        absl::StrCat("job ", job.name, ": θ after outer step ", row.step,
                     " was acknowledged before it was lost, and is another one now"));
  }
  job.owed_step = 0;
  job.owed_theta_hash = 0;
  return absl::OkStatus();
}

JobTotals TotalsOf(SQLite::Database& db, int64_t job) {
  SQLite::Statement query(db,
                          "SELECT step, total_inner_steps, total_diverged FROM steps WHERE job = ? "
                          "ORDER BY step DESC LIMIT 1");
  query.bind(1, job);
  if (!query.executeStep()) return {};
  return {.steps = query.getColumn(0).getInt64(),
          .inner_steps = static_cast<uint64_t>(query.getColumn(1).getInt64()),
          .diverged = static_cast<uint64_t>(query.getColumn(2).getInt64())};
}

StepColumns Encode(const StepRow& row, const JobTotals& before) {
  return {.step = row.step,
          .theta_hash = row.theta_hash,
          .total_inner_steps = static_cast<int64_t>(before.inner_steps + row.record.inner_steps()),
          .total_diverged = static_cast<int64_t>(before.diverged + row.record.diverged()),
          .scalars = EncodeScalars(row.particles, row.windows),
          .record = row.record.SerializeAsString(),
          .digest = {}};
}

}  // namespace

absl::Status SqliteStore::CommitStep(const std::string& job, const StepRow& row) {
  const std::string what = absl::StrCat("cannot commit outer step ", row.step);
  return RunOnJob(what, job, [&](SQLite::Database& db, const JobKey& key) {
    return Change(db, [&](Anchor& next) -> absl::Status {
      AnchoredJob* anchored = next.Find(job);
      if (!anchored) return NoJob(job);
      if (absl::Status owed = CheckOwed(*anchored, row); !owed.ok()) return owed;
      StepColumns step = Encode(row, TotalsOf(db, key.id));
      step.digest = DigestOf(step.stored(anchored->chain));
      if (row.step != anchored->step + 1 || !Insert(db, key.id, step)) {
        return absl::FailedPreconditionError(absl::StrCat("job ", job, ": outer step ", row.step,
                                                          " does not follow the last one stored"));
      }
      anchored->step = row.step;
      anchored->theta_hash = row.theta_hash;
      anchored->chain = std::move(step.digest);
      return absl::OkStatus();
    });
  });
}

absl::Status SqliteStore::ReadSteps(SQLite::Database& db, const std::string& job, const JobKey& key,
                                    int64_t after, int limit,
                                    const std::function<void(StepRow&)>& take) const {
  SQLite::Statement query(db, std::string("SELECT ") + kStepColumns +
                                  " FROM steps WHERE job = ? AND step > ? ORDER BY step LIMIT ?");
  query.bind(1, key.id);
  query.bind(2, after);
  query.bind(3, limit);
  int64_t step = std::max<int64_t>(after, 0);
  std::string chain = ChainAt(db, key.id, key.birth, step);
  while (query.executeStep()) {
    StepColumns columns = ReadStepColumns(query);
    ++step;
    if (columns.step != step || DigestOf(columns.stored(chain)) != columns.digest) {
      return Damaged(path_, job, step);
    }
    chain = columns.digest;
    auto row = Decode(columns);
    if (!row.ok()) return Damaged(path_, job, step);
    take(*row);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<StepRow>> SqliteStore::Steps(const std::string& job, int64_t after,
                                                        int limit) {
  std::vector<StepRow> rows;
  absl::Status status =
      RunOnJob("cannot read steps", job, [&](SQLite::Database& db, const JobKey& key) {
        return ReadSteps(db, job, key, after, limit,
                         [&](StepRow& row) { rows.push_back(std::move(row)); });
      });
  if (!status.ok()) return status;
  return rows;
}

absl::StatusOr<std::vector<v1::OuterStepRecord>> SqliteStore::Records(const std::string& job,
                                                                      int64_t after, int limit) {
  std::vector<v1::OuterStepRecord> records;
  absl::Status status =
      RunOnJob("cannot read records", job, [&](SQLite::Database& db, const JobKey& key) {
        return ReadSteps(db, job, key, after, limit,
                         [&](StepRow& row) { records.push_back(std::move(row.record)); });
      });
  if (!status.ok()) return status;
  return records;
}

absl::StatusOr<JobTotals> SqliteStore::Totals(const std::string& job) {
  JobTotals totals;
  absl::Status status =
      RunOnJob("cannot sum up the steps", job, [&](SQLite::Database& db, const JobKey& key) {
        totals = TotalsOf(db, key.id);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return totals;
}

}  // namespace paceline
