// The database file: how it is opened, told from other files, and laid out.
#pragma once

#include <memory>
#include <string>

#include "SQLiteCpp/SQLiteCpp.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace paceline {

// Errors as SqliteStore::Open.
absl::StatusOr<std::unique_ptr<SQLite::Database>> OpenDatabase(const std::string& path);
// "<path>: <what>: <SQLite's words, and what would help>" under the status code that fits.
absl::Status SqliteError(const std::string& path, const std::string& what,
                         const SQLite::Exception& error);

}  // namespace paceline
