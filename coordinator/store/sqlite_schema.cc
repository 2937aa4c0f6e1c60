#include "coordinator/store/sqlite_schema.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/protocol.h"
#include "coordinator/store/migrate.h"

namespace paceline {
namespace {

constexpr int kApplicationId = 0x50434c4e;  // "PCLN"

// Digests are row_digest.h's; totals are of all outer steps up to this one.
constexpr char kSchema[] = R"(
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  config BLOB NOT NULL,
  source_yaml TEXT NOT NULL,
  request_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  message TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  submitted_ms INTEGER NOT NULL,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER NOT NULL,
  birth TEXT NOT NULL,
  digest TEXT NOT NULL,
  submitter TEXT NOT NULL,
  priority INTEGER NOT NULL
);
CREATE TABLE steps (
  job INTEGER NOT NULL REFERENCES jobs(id),
  step INTEGER NOT NULL,
  theta_hash INTEGER NOT NULL,
  total_inner_steps INTEGER NOT NULL,
  total_diverged INTEGER NOT NULL,
  scalars BLOB NOT NULL,
  record BLOB NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (job, step)
) WITHOUT ROWID;
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job INTEGER NOT NULL REFERENCES jobs(id),
  unix_ms INTEGER NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX events_of_job ON events (job, id);
CREATE TABLE checkpoints (
  job INTEGER NOT NULL REFERENCES jobs(id),
  step INTEGER NOT NULL,
  theta_sha256 TEXT NOT NULL,
  state_sha256 TEXT NOT NULL,
  marked INTEGER NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (job, step)
) WITHOUT ROWID;
INSERT INTO counters VALUES ('incarnation', 0), ('version', 0);
)";

// A whole check of a larger file takes longer than a coordinator may take to start.
constexpr int64_t kCheckedWholeBytes = int64_t{64} << 20;

int Pragma(SQLite::Database& db, const std::string& name) {
  return db.execAndGet("PRAGMA " + name).getInt();
}

void Create(SQLite::Database& db) {
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  db.exec(kSchema);
  db.exec(absl::StrCat("PRAGMA application_id=", kApplicationId));
  db.exec(absl::StrCat("PRAGMA user_version=", kStoreFormat));
  transaction.commit();
}

absl::Status CheckIdentity(SQLite::Database& db, const std::string& path) {
  if (Pragma(db, "application_id") != kApplicationId) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": is another program's database; give an empty folder with --data"));
  }
  const int format = Pragma(db, "user_version");
  if (format < kOldestStoreFormat || format > kStoreFormat) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, ": has database format ", format, ", this program knows formats ", kOldestStoreFormat,
        " to ", kStoreFormat, "; use the version of Paceline that wrote it"));
  }
  return absl::OkStatus();
}

// Of a large file the pages that hold more than outer steps: those are checked when they are read,
// by their digests.
absl::Status CheckPages(SQLite::Database& db, const std::string& path) {
  const int64_t bytes = db.execAndGet("PRAGMA page_count").getInt64() * Pragma(db, "page_size");
  const std::vector<std::string> checks =
      bytes <= kCheckedWholeBytes
          ? std::vector<std::string>{"1"}
          : std::vector<std::string>{"'counters'", "'jobs'", "'checkpoints'"};
  for (const std::string& check : checks) {
    const std::string verdict = db.execAndGet("PRAGMA quick_check(" + check + ")").getString();
    if (verdict != "ok") {
      return absl::DataLossError(absl::StrCat(path, ": is damaged: ", verdict,
                                              "; put the whole data folder back from a backup"));
    }
  }
  return absl::OkStatus();
}

// 0 if there is no such file.
int64_t SizeOf(const std::string& path) {
  std::error_code none;
  const auto size = std::filesystem::file_size(path, none);
  return none ? 0 : static_cast<int64_t>(size);
}

bool IsFresh(SQLite::Database& db) {
  return db.execAndGet("SELECT COUNT(*) FROM sqlite_master").getInt() == 0 &&
         Pragma(db, "application_id") == 0;
}

// Closing the file changes it no more: a store that is refused stays as it is, its log too.
void KeepLogOnClose(SQLite::Database& db, bool keep) {
  sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
}

// As SQLite's own one, which keeps a sync that failed to itself. What there is no room for stays in
// the log.
int CopyLog(void* most_pages, sqlite3* db, const char* name, int pages) {
  if (pages < reinterpret_cast<intptr_t>(most_pages)) return SQLITE_OK;
  const int code = sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  return code == SQLITE_FULL || code == SQLITE_BUSY || code == SQLITE_LOCKED ? SQLITE_OK : code;
}

}  // namespace

absl::Status SqliteError(const std::string& path, const std::string& what,
                         const SQLite::Exception& error) {
  const std::string text = absl::StrCat(path, ": ", what, ": ", error.what());
  switch (error.getErrorCode() & 0xff) {
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(absl::StrCat(text, "; free some space on that disk"));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(absl::StrCat(text, "; restore the file from a backup"));
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return absl::PermissionDeniedError(
          absl::StrCat(text, "; the folder and its files must be writable"));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::UnavailableError(absl::StrCat(text, "; another program holds the file"));
    default:
      return absl::InternalError(text);
  }
}

absl::Status SqliteError(const std::string& path, const std::string& what,
                         const SQLite::Exception& error, const SQLite::Database& db) {
  const int system = sqlite3_system_errno(db.getHandle());
  const int code = error.getExtendedErrorCode();
  const bool full = system == ENOSPC || system == EDQUOT;
  if (full && (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_SHMSIZE)) {
    return SqliteError(path, what, SQLite::Exception(error.what(), SQLITE_FULL));
  }
  return SqliteError(path, what, error);
}

absl::StatusOr<std::unique_ptr<SQLite::Database>> OpenDatabase(const std::string& path) {
  if (SizeOf(path) == 0 && SizeOf(path + "-wal") > 0) {
    return absl::DataLossError(absl::StrCat(
        path, ": is missing or empty, and its log ", path,
        "-wal is there; put the whole data folder back as it was, or remove the log to "
        "begin anew"));
  }
  try {
    auto db = std::make_unique<SQLite::Database>(
        path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_FULLMUTEX, 2000);
    KeepLogOnClose(*db, true);
    const bool fresh = IsFresh(*db);
    absl::Status status = fresh ? absl::OkStatus() : CheckIdentity(*db, path);
    if (!status.ok()) return status;
    db->exec("PRAGMA journal_mode=WAL");
    db->exec("PRAGMA synchronous=FULL");
    db->exec("PRAGMA foreign_keys=ON");
    if (fresh) Create(*db);
    status = CheckPages(*db, path);
    if (status.ok()) status = Migrate(*db, path);
    if (!status.ok()) return status;
    return db;
  } catch (const SQLite::Exception& error) {
    return SqliteError(path, "cannot open the database", error);
  }
}

void SettleLog(SQLite::Database& db, int most_log_pages) {
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  KeepLogOnClose(db, false);
  sqlite3_wal_hook(db.getHandle(), CopyLog, reinterpret_cast<void*>(intptr_t{most_log_pages}));
}

}  // namespace paceline
