// The ways in which SqliteStore reads and writes.
#pragma once

#include <string>
#include <utility>

#include "SQLiteCpp/SQLiteCpp.h"
#include "absl/strings/str_cat.h"
#include "coordinator/store/sqlite_schema.h"
#include "coordinator/store/sqlite_store.h"

namespace paceline {

inline absl::Status NoJob(const std::string& job) {
  return absl::NotFoundError(absl::StrCat("no job ", job, " in the store"));
}

// Nothing was changed, and nothing is wrong with the disk.
inline bool MayBeTriedAgain(const absl::Status& status) {
  return absl::IsResourceExhausted(status) || absl::IsUnavailable(status);
}

template <typename Body>
absl::Status SqliteStore::Run(const std::string& what, Body body) {
  std::lock_guard lock(mutex_);
  writing_ = false;
  try {
    return body(*db_);
  } catch (const SQLite::Exception& error) {
    absl::Status status = SqliteError(path_, what, error, *db_);
    if (writing_ && !MayBeTriedAgain(status)) broken_ = status;
    return status;
  }
}

template <typename Body>
absl::Status SqliteStore::RunOnJob(const std::string& what, const std::string& job, Body body) {
  return Run(absl::StrCat(what, " of job ", job), [&](SQLite::Database& db) -> absl::Status {
    SQLite::Statement query(db, "SELECT id, birth FROM jobs WHERE name = ?");
    query.bind(1, job);
    if (!query.executeStep()) return NoJob(job);
    const JobKey key{.id = query.getColumn(0).getInt64(), .birth = query.getColumn(1).getString()};
    query.reset();
    return body(db, key);
  });
}

template <typename Body>
absl::Status SqliteStore::Write(SQLite::Database& db, Body body) {
  if (!broken_.ok()) return broken_;
  writing_ = true;
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  broken_ = CheckFence(db);
  if (!broken_.ok()) return broken_;
  absl::Status status = body();
  if (!status.ok()) return status;
  transaction.commit();
  return absl::OkStatus();
}

template <typename Body>
absl::Status SqliteStore::Change(SQLite::Database& db, Body body) {
  Anchor next = anchor_;
  ++next.version;
  absl::Status status = anchor_file_->Reserve(anchor_.jobs.size() + 1);
  if (!status.ok()) return status;
  status = Write(db, [&] {
    absl::Status changed = body(next);
    if (!changed.ok()) return changed;
    SQLite::Statement count(db, "UPDATE counters SET value = ? WHERE name = 'version'");
    count.bind(1, static_cast<int64_t>(next.version));
    count.exec();
    return changed;
  });
  if (!status.ok()) return status;
  anchor_ = std::move(next);
  broken_ = anchor_file_->Write(anchor_);
  return broken_;
}

}  // namespace paceline
