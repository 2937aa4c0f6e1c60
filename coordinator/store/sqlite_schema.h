// The database file: how it is opened, told from other files, and laid out.
#pragma once

#include <memory>
#include <string>

#include "SQLiteCpp/SQLiteCpp.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace paceline {

// In the format of this program. Errors as SqliteStore::Open. Until SettleLog the file and its log
// are left as they are, but for a migration.
absl::StatusOr<std::unique_ptr<SQLite::Database>> OpenDatabase(const std::string& path);
// Brings what the log holds into the file, synced, whatever a failed sync of an earlier life left
// only in memory. From then on a commit that leaves so many pages in the log does so too, and
// fails, though it is done, where that cannot be synced. Throws SQLite::Exception.
void SettleLog(SQLite::Database& db, int most_log_pages);
// "<path>: <what>: <SQLite's words, and what would help>" under the status code that fits.
// ResourceExhausted only where nothing was changed: a failed sync is Internal whatever its reason.
absl::Status SqliteError(const std::string& path, const std::string& what,
                         const SQLite::Exception& error);
// The same, knowing what the system said to the database.
absl::Status SqliteError(const std::string& path, const std::string& what,
                         const SQLite::Exception& error, const SQLite::Database& db);

}  // namespace paceline
