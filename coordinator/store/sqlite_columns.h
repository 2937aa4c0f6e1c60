// Rows of the database as they are stored, before they are believed.
#pragma once

#include <cstdint>
#include <string>

#include "SQLiteCpp/SQLiteCpp.h"
#include "coordinator/store/row_digest.h"
#include "coordinator/store/store.h"

namespace paceline {

std::string BlobOf(const SQLite::Column& column);
void BindBlob(SQLite::Statement& statement, int index, const std::string& bytes);

inline constexpr char kJobColumns[] =
    "id, name, config, source_yaml, request_id, state, message, fingerprint, submitted_ms, "
    "started_ms, ended_ms, birth, digest, submitter, priority";
struct JobColumns {
  int64_t id = 0;
  std::string config;  // serialized
  int64_t state_number = 0;
  JobRow row;  // all but config and state
  std::string birth_digest, digest;

  StoredBirth birth() const;
  StoredState state(std::string_view birth_digest) const;
  // Both digests are right.
  bool Believed() const;
};
JobColumns ReadJobColumns(SQLite::Statement& query);
// The job and all that is stored of it.
void RemoveRows(SQLite::Database& db, int64_t job);

inline constexpr char kStepColumns[] =
    "step, theta_hash, total_inner_steps, total_diverged, scalars, record, digest";
struct StepColumns {
  int64_t step = 0;
  uint64_t theta_hash = 0;
  int64_t total_inner_steps = 0;
  int64_t total_diverged = 0;
  std::string scalars, record, digest;

  // Behind the step with that digest.
  StoredStep stored(std::string_view before) const;
};
StepColumns ReadStepColumns(SQLite::Statement& query);

inline constexpr char kCheckpointColumns[] = "step, theta_sha256, state_sha256, marked, digest";
CheckpointRow ReadCheckpointColumns(SQLite::Statement& query);
StoredCheckpoint Stored(const CheckpointRow& row, std::string_view birth);

}  // namespace paceline
