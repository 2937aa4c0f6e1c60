// How a store is opened: what is checked before anything is believed or changed.
#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/sync_folder.h"
#include "coordinator/store/durable.h"
#include "coordinator/store/sqlite_columns.h"
#include "coordinator/store/sqlite_run.h"
#include "coordinator/store/sqlite_store.h"

namespace paceline {
namespace {

constexpr char kWayOn[] =
    "put the whole data folder back as it was, or start with --accept-loss to go on with what is "
    "there";

int64_t Counter(SQLite::Database& db, const std::string& name) {
  SQLite::Statement query(db, "SELECT value FROM counters WHERE name = ?");
  query.bind(1, name);
  return query.executeStep() ? query.getColumn(0).getInt64() : 0;
}

std::vector<JobColumns> AllJobs(SQLite::Database& db) {
  std::vector<JobColumns> jobs;
  SQLite::Statement query(db, std::string("SELECT ") + kJobColumns + " FROM jobs ORDER BY id");
  while (query.executeStep()) jobs.push_back(ReadJobColumns(query));
  return jobs;
}

// The job's newest outer step that is not after `step`; its step is 0 if there is none.
StepColumns NewestStep(SQLite::Database& db, int64_t job, int64_t step) {
  SQLite::Statement query(db, std::string("SELECT ") + kStepColumns +
                                  " FROM steps WHERE job = ? AND step <= ? "
                                  "ORDER BY step DESC LIMIT 1");
  query.bind(1, job);
  query.bind(2, step);
  return query.executeStep() ? ReadStepColumns(query) : StepColumns();
}

// Digest of that very outer step, of the birth for step 0; empty if it is not there.
std::string ChainAt(SQLite::Database& db, const JobColumns& job, int64_t step) {
  if (step == 0) return job.birth_digest;
  StepColumns row = NewestStep(db, job.id, step);
  return row.step == step ? row.digest : std::string();
}

bool Believed(SQLite::Database& db, const JobColumns& job, const StepColumns& step) {
  return DigestOf(step.stored(ChainAt(db, job, step.step - 1))) == step.digest;
}

void RemoveStep(SQLite::Database& db, int64_t job, int64_t step) {
  SQLite::Statement remove(db, "DELETE FROM steps WHERE job = ? AND step = ?");
  remove.bind(1, job);
  remove.bind(2, step);
  remove.exec();
}

AnchoredJob AnchorOf(const JobColumns& job, const StepColumns& newest) {
  return {.name = job.row.name,
          .birth = job.birth_digest,
          .state_digest = job.digest,
          .state = static_cast<v1::JobState>(job.state_number),
          .step = newest.step,
          .chain = newest.step == 0 ? job.birth_digest : newest.digest,
          .theta_hash = newest.theta_hash};
}

// What a log that was cut short still holds may be of use to somebody.
void KeepCopyOfLog(const std::string& database) {
  std::error_code ignored;
  std::filesystem::copy_file(database + "-wal", database + "-wal-before-recovery",
                             std::filesystem::copy_options::overwrite_existing, ignored);
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::string& path) {
  return Open(path, OpenOptions());
}

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::string& path,
                                                               const OpenOptions& options) {
  auto db = OpenDatabase(path);
  if (!db.ok()) return db.status();
  std::unique_ptr<SqliteStore> store(new SqliteStore(path, *std::move(db)));
  if (absl::Status status = store->Reconcile(options); !status.ok()) return status;
  return store;
}

// Of a job whose row is damaged there are none: DataLoss.
absl::StatusOr<StoredJobFacts> SqliteStore::FactsOf(const JobColumns& job, const Anchor& anchor,
                                                    const OpenOptions& options) {
  v1::JobConfig config;
  if (!job.Believed() || !config.ParseFromString(job.config) ||
      !v1::JobState_IsValid(static_cast<int>(job.state_number))) {
    return absl::DataLossError(absl::StrCat("the row of job ", job.row.name, " is damaged"));
  }
  StepColumns newest = NewestStep(*db_, job.id, std::numeric_limits<int64_t>::max());
  while (newest.step > 0 && !Believed(*db_, job, newest)) {
    const std::string what = absl::StrCat("outer step ", newest.step, " is damaged");
    if (!options.accept_loss) {
      return absl::DataLossError(absl::StrCat("job ", job.row.name, ": ", what));
    }
    losses_.push_back({job.row.name, absl::StrCat(what, " and given up")});
    RemoveStep(*db_, job.id, newest.step);
    newest = NewestStep(*db_, job.id, newest.step - 1);
  }
  const AnchoredJob* anchored = anchor.Find(job.row.name);
  return StoredJobFacts{.job = AnchorOf(job, newest),
                        .strict = config.aggregation() == v1::AGGREGATION_STRICT,
                        .chain_at_anchor = ChainAt(*db_, job, anchored ? anchored->step : 0)};
}

absl::StatusOr<StoreFacts> SqliteStore::Facts(const Anchor& anchor, const OpenOptions& options) {
  StoreFacts facts{.version = static_cast<uint64_t>(Counter(*db_, "version")), .jobs = {}};
  for (const JobColumns& job : AllJobs(*db_)) {
    auto own = FactsOf(job, anchor, options);
    if (own.ok()) {
      facts.jobs.push_back(*std::move(own));
    } else if (options.accept_loss) {
      losses_.push_back({"", absl::StrCat(own.status().message(), "; the job is removed")});
      RemoveRows(*db_, job.id);
    } else {
      return absl::DataLossError(absl::StrCat(path_, ": ", own.status().message(), "; ", kWayOn));
    }
  }
  return facts;
}

// The anchor comes first: it says what is owed, and a database behind it is found to be so again.
absl::Status SqliteStore::Settle(Anchor anchor) {
  if (!losses_.empty()) KeepCopyOfLog(path_);
  auto file = AnchorFile::Open(path_);
  if (!file.ok()) return file.status();
  anchor_file_ = std::make_unique<AnchorFile>(*std::move(file));
  anchor_ = std::move(anchor);
  absl::Status status = anchor_file_->Reserve(anchor_.jobs.size() + 1);
  if (status.ok()) status = anchor_file_->Write(anchor_);
  if (!status.ok()) return status;
  if (static_cast<uint64_t>(Counter(*db_, "version")) == anchor_.version) return status;
  SQLite::Statement count(*db_, "INSERT OR REPLACE INTO counters VALUES ('version', ?)");
  count.bind(1, static_cast<int64_t>(anchor_.version));
  count.exec();
  return status;
}

absl::Status SqliteStore::Reconcile(const OpenOptions& options) {
  auto read = ReadAnchor(path_);
  if (!read.ok() && !options.accept_loss) {
    return absl::DataLossError(absl::StrCat(read.status().message(), "; ", kWayOn));
  }
  const std::optional<Anchor> anchor = read.ok() ? *std::move(read) : std::nullopt;
  return Run("cannot be checked", [&](SQLite::Database& db) -> absl::Status {
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    auto facts = Facts(anchor.value_or(Anchor()), options);
    if (!facts.ok()) return facts.status();
    Reconciliation found = paceline::Reconcile(anchor, *facts, options.accept_loss);
    if (!found.refusals.empty()) {
      return absl::DataLossError(
          absl::StrCat(path_, ": is not what was acknowledged last (version ", facts->version,
                       " of the store, the anchor's is ", anchor ? anchor->version : 0,
                       "): ", absl::StrJoin(found.refusals, "; "), "; ", kWayOn));
    }
    losses_.insert(losses_.end(), found.losses.begin(), found.losses.end());
    // The transaction keeps others from writing to it.
    absl::Status status = WriteAgain(path_ + "-wal");
    if (status.ok()) status = Settle(std::move(found.anchor));
    if (!status.ok()) return status;
    transaction.commit();
    SettleLog(db, options.most_log_pages);
    // SQLite has done so when it made its log, and takes no notice of a failure.
    return SyncFolder(FolderOf(path_));
  });
}

}  // namespace paceline
