#include "coordinator/store/sqlite_columns.h"

#include <bit>

namespace paceline {

std::string BlobOf(const SQLite::Column& column) {
  return std::string(static_cast<const char*>(column.getBlob()), column.getBytes());
}

void BindBlob(SQLite::Statement& statement, int index, const std::string& bytes) {
  statement.bind(index, static_cast<const void*>(bytes.data()), static_cast<int>(bytes.size()));
}

StoredBirth JobColumns::birth() const {
  return {.name = row.name,
          .config = config,
          .source_yaml = row.source_yaml,
          .request_id = row.request_id,
          .submitted_ms = row.submitted_ms,
          .submitter = row.submitter};
}

StoredState JobColumns::state(std::string_view own_birth) const {
  return {.birth = own_birth,
          .state = state_number,
          .message = row.message,
          .fingerprint = row.fingerprint,
          .started_ms = row.started_ms,
          .ended_ms = row.ended_ms,
          .priority = row.priority};
}

bool JobColumns::Believed() const {
  return DigestOf(birth()) == birth_digest && DigestOf(state(birth_digest)) == digest;
}

JobColumns ReadJobColumns(SQLite::Statement& query) {
  JobColumns job;
  job.id = query.getColumn(0).getInt64();
  job.row.name = query.getColumn(1).getString();
  job.config = BlobOf(query.getColumn(2));
  job.row.source_yaml = query.getColumn(3).getString();
  job.row.request_id = query.getColumn(4).getString();
  job.state_number = query.getColumn(5).getInt64();
  job.row.message = query.getColumn(6).getString();
  job.row.fingerprint = query.getColumn(7).getString();
  job.row.submitted_ms = query.getColumn(8).getInt64();
  job.row.started_ms = query.getColumn(9).getInt64();
  job.row.ended_ms = query.getColumn(10).getInt64();
  job.birth_digest = query.getColumn(11).getString();
  job.digest = query.getColumn(12).getString();
  job.row.submitter = query.getColumn(13).getString();
  job.row.priority = query.getColumn(14).getInt();
  return job;
}

void RemoveRows(SQLite::Database& db, int64_t job) {
  for (const char* table : {"steps", "events", "checkpoints"}) {
    SQLite::Statement remove(db, std::string("DELETE FROM ") + table + " WHERE job = ?");
    remove.bind(1, job);
    remove.exec();
  }
  SQLite::Statement remove(db, "DELETE FROM jobs WHERE id = ?");
  remove.bind(1, job);
  remove.exec();
}

StoredStep StepColumns::stored(std::string_view before) const {
  return {.before = before,
          .step = step,
          .theta_hash = theta_hash,
          .total_inner_steps = total_inner_steps,
          .total_diverged = total_diverged,
          .scalars = scalars,
          .record = record};
}

StepColumns ReadStepColumns(SQLite::Statement& query) {
  StepColumns step;
  step.step = query.getColumn(0).getInt64();
  step.theta_hash = std::bit_cast<uint64_t>(query.getColumn(1).getInt64());
  step.total_inner_steps = query.getColumn(2).getInt64();
  step.total_diverged = query.getColumn(3).getInt64();
  step.scalars = BlobOf(query.getColumn(4));
  step.record = BlobOf(query.getColumn(5));
  step.digest = query.getColumn(6).getString();
  return step;
}

CheckpointRow ReadCheckpointColumns(SQLite::Statement& query) {
  return {.step = query.getColumn(0).getInt64(),
          .theta_sha256 = query.getColumn(1).getString(),
          .state_sha256 = query.getColumn(2).getString(),
          .marked = query.getColumn(3).getInt() != 0};
}

StoredCheckpoint Stored(const CheckpointRow& row, std::string_view birth) {
  return {.birth = birth,
          .step = row.step,
          .theta_sha256 = row.theta_sha256,
          .state_sha256 = row.state_sha256,
          .marked = row.marked};
}

}  // namespace paceline
