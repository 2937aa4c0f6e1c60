// Databases of earlier formats.
#pragma once

#include <string>

#include "SQLiteCpp/SQLiteCpp.h"
#include "absl/status/status.h"

namespace paceline {

// Brings the database, of a format that this program knows, to this program's: all or nothing. What
// was damaged before rows had digests is not noticed here, but by the replay of θ. Throws
// SQLite::Exception; DataLoss if there is a gap in a job's outer steps.
absl::Status Migrate(SQLite::Database& db, const std::string& path);

}  // namespace paceline
