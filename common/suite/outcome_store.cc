#include "common/suite/outcome_store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <utility>

#include "common/base/digest.h"
#include "common/base/file.h"
#include "common/base/sealed.h"
#include "common/suite/keys.h"

namespace paceline {
namespace {

constexpr int kApplicationId = 0x50434C6F;  // "PCLo"
constexpr int kWaitMs = 10'000;             // for another process
constexpr std::string_view kSeal = "outcome1";

absl::Status ToStatus(const std::string& path, const SQLite::Exception& error) {
  const std::string text = fmt::format("{}: {}", path, error.what());
  switch (error.getErrorCode()) {
    case SQLITE_CORRUPT:
      return absl::DataLossError(text + "; remove the file, and it is made anew");
    case SQLITE_NOTADB:
      return absl::InvalidArgumentError(text + "; expected a file of evaluated trainings");
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(text);
    default:
      return absl::UnavailableError(text);
  }
}

int Pragma(SQLite::Database& db, const std::string& name) {
  return db.execAndGet("PRAGMA " + name).getInt();
}

absl::Status Prepare(const std::string& path, SQLite::Database& db, bool safe) {
  const int identity = Pragma(db, "application_id");
  const bool fresh = identity == 0 && Pragma(db, "page_count") == 0;
  if (!fresh && identity != kApplicationId) {
    return absl::InvalidArgumentError(
        fmt::format("{} is another program's database; name another file", path));
  }
  db.exec("PRAGMA journal_mode = WAL");
  db.exec(safe ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = OFF");
  db.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
  db.exec("CREATE TABLE IF NOT EXISTS outcomes (key TEXT PRIMARY KEY, outcome BLOB) WITHOUT ROWID");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<OutcomeStore>> OutcomeStore::Open(const std::string& path,
                                                                 std::string build, bool safe) {
  const std::string folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) {
    if (absl::Status made = MakeFolder(folder); !made.ok()) return made;
  }
  try {
    auto db = std::make_unique<SQLite::Database>(
        path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_FULLMUTEX, kWaitMs);
    if (absl::Status prepared = Prepare(path, *db, safe); !prepared.ok()) return prepared;
    return std::unique_ptr<OutcomeStore>(new OutcomeStore(path, std::move(build), std::move(db)));
  } catch (const SQLite::Exception& error) {
    return ToStatus(path, error);
  }
}

OutcomeStore::OutcomeStore(std::string path, std::string build,
                           std::unique_ptr<SQLite::Database> db)
    : path_(std::move(path)), build_(std::move(build)), db_(std::move(db)) {}

OutcomeStore::~OutcomeStore() = default;

template <class Action>
absl::Status OutcomeStore::Run(const Action& action) {
  try {
    action();
    return absl::OkStatus();
  } catch (const SQLite::Exception& error) {
    return ToStatus(path_, error);
  }
}

absl::StatusOr<std::optional<v1::UnitOutcome>> OutcomeStore::Find(const v1::EvaluationUnit& unit) {
  std::optional<v1::UnitOutcome> found;
  const absl::Status status = Run([&] {
    SQLite::Statement query(*db_, "SELECT outcome FROM outcomes WHERE key = ?");
    query.bind(1, Sha256Hex(build_ + ContentDigest(unit)));
    if (!query.executeStep()) return;
    const SQLite::Column column = query.getColumn(0);
    const std::string sealed(static_cast<const char*>(column.getBlob()), column.getBytes());
    const auto content = Unseal(kSeal, sealed);
    v1::UnitOutcome outcome;
    if (!content.ok() ||
        !outcome.ParseFromArray(content->data(), static_cast<int>(content->size())))
      return;
    if (outcome.runs_size() == static_cast<int>(unit.runs())) found = std::move(outcome);
  });
  if (!status.ok()) return status;
  return found;
}

absl::Status OutcomeStore::Keep(const v1::EvaluationUnit& unit, const v1::UnitOutcome& outcome) {
  return Run([&] {
    const std::string sealed = Seal(kSeal, outcome.SerializeAsString());
    SQLite::Statement insert(*db_, "INSERT OR REPLACE INTO outcomes (key, outcome) VALUES (?, ?)");
    insert.bind(1, Sha256Hex(build_ + ContentDigest(unit)));
    insert.bind(2, sealed.data(), static_cast<int>(sealed.size()));
    insert.exec();
  });
}

}  // namespace paceline
