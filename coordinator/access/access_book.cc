#include "coordinator/access/access_book.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/ascii.h"
#include "common/base/descriptor.h"
#include "common/base/private_file.h"
#include "common/base/sync_folder.h"
#include "common/pki/certificate_facts.h"
#include "coordinator/access/access_refusal.h"
#include "coordinator/access/caller.h"
#include "coordinator/access/token.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr int kPatienceMs = 5000;
constexpr size_t kMaxPrefix = 63, kMaxReason = 200, kMaxSerial = 64;

constexpr char kSchema[] =
    "CREATE TABLE IF NOT EXISTS tokens (id TEXT PRIMARY KEY, name TEXT, role INTEGER, "
    "job_prefix TEXT, issued_ms INTEGER, expires_ms INTEGER, revoked_ms INTEGER, issuer TEXT, "
    "salt TEXT, hash TEXT);"
    "CREATE TABLE IF NOT EXISTS revoked (serial TEXT PRIMARY KEY, reason TEXT, "
    "revoked_ms INTEGER, by TEXT);";

absl::Status Failure(const std::string& path, const SQLite::Exception& error) {
  const std::string text = fmt::format("{}: {}", path, error.what());
  const int code = error.getErrorCode();
  const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  return damaged ? absl::DataLossError(text) : absl::InternalError(text);
}

// SQLite would make it as the umask says; its journal gets the same permissions.
absl::Status MakeFile(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return absl::ErrnoToStatus(errno, fmt::format("cannot open {}", path));
  if (absl::Status status = CheckPrivate(path); !status.ok()) return status;
  return SyncFolder(FolderOf(path));
}

absl::Status CheckRequest(const v1::IssueTokenRequest& request) {
  if (absl::Status status = CheckIdentityName(request.name()); !status.ok()) return status;
  if (request.name() == LocalCaller().name) {
    return absl::InvalidArgumentError("\"local\" is whoever has to show nothing; choose a name");
  }
  if (RoleWord(request.role()) == RoleWord(v1::ROLE_UNSPECIFIED)) {
    return absl::InvalidArgumentError(
        "a token's role is one of viewer, submitter, worker and admin");
  }
  constexpr char kPrefix[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
  if (request.job_prefix().size() > kMaxPrefix ||
      request.job_prefix().find_first_not_of(kPrefix) != std::string::npos) {
    return absl::InvalidArgumentError(fmt::format(
        "a prefix of jobs' names is {} small letters, digits and '-' at most", kMaxPrefix));
  }
  if (request.lifetime_seconds() < AccessBook::kMinLifetimeSeconds ||
      request.lifetime_seconds() > AccessBook::kMaxLifetimeSeconds) {
    return absl::InvalidArgumentError(
        fmt::format("a token lives {} s to {} s, not {} s", AccessBook::kMinLifetimeSeconds,
                    AccessBook::kMaxLifetimeSeconds, request.lifetime_seconds()));
  }
  return absl::OkStatus();
}

v1::TokenInfo ReadToken(SQLite::Statement& query) {
  v1::TokenInfo info;
  info.set_id(query.getColumn(0).getString());
  info.set_name(query.getColumn(1).getString());
  info.set_role(static_cast<v1::Role>(query.getColumn(2).getInt()));
  info.set_job_prefix(query.getColumn(3).getString());
  info.set_issued_unix_ms(query.getColumn(4).getInt64());
  info.set_expires_unix_ms(query.getColumn(5).getInt64());
  info.set_revoked_unix_ms(query.getColumn(6).getInt64());
  info.set_issuer(query.getColumn(7).getString());
  return info;
}

v1::RevokedCertificate ReadRevoked(SQLite::Statement& query) {
  v1::RevokedCertificate revoked;
  revoked.set_serial(query.getColumn(0).getString());
  revoked.set_reason(query.getColumn(1).getString());
  revoked.set_revoked_unix_ms(query.getColumn(2).getInt64());
  revoked.set_by(query.getColumn(3).getString());
  return revoked;
}

int64_t DataVersion(SQLite::Database& db) {
  return db.execAndGet("PRAGMA data_version").getInt64();
}

absl::Status UnknownToken() {
  return absl::UnauthenticatedError(
      "this token is not known here; ask an admin for one (paceline tokens issue)");
}

}  // namespace

absl::StatusOr<std::unique_ptr<AccessBook>> AccessBook::Open(const std::string& path,
                                                             const Clock& clock) {
  if (absl::Status status = MakeFile(path); !status.ok()) return status;
  try {
    auto db = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE, kPatienceMs);
    db->exec("PRAGMA synchronous=FULL");
    db->exec(kSchema);
    std::unique_ptr<AccessBook> book(new AccessBook(path, std::move(db), clock));
    if (absl::Status status = book->Refresh(); !status.ok()) return status;
    return book;
  } catch (const SQLite::Exception& error) {
    return Failure(path, error);
  }
}

AccessBook::AccessBook(std::string path, std::unique_ptr<SQLite::Database> db, const Clock& clock)
    : path_(std::move(path)), clock_(clock), db_(std::move(db)) {}
AccessBook::~AccessBook() = default;

absl::StatusOr<v1::IssueTokenReply> AccessBook::Issue(const v1::IssueTokenRequest& request,
                                                      const std::string& issuer) {
  if (absl::Status status = CheckRequest(request); !status.ok()) return status;
  const Token token = NewToken();
  const std::string salt = NewSalt(), hash = HashOfSecret(salt, token.secret);
  v1::IssueTokenReply reply;
  v1::TokenInfo& info = *reply.mutable_info();
  info.set_id(token.id);
  info.set_name(request.name());
  info.set_role(request.role());
  info.set_job_prefix(request.job_prefix());
  info.set_issued_unix_ms(clock_.UnixMillis());
  info.set_expires_unix_ms(info.issued_unix_ms() + request.lifetime_seconds() * 1000);
  info.set_issuer(issuer);
  absl::Status status =
      Write("INSERT INTO tokens VALUES (?,?,?,?,?,?,0,?,?,?)", [&](SQLite::Statement& insert) {
        SQLite::bind(insert, info.id(), info.name(), static_cast<int>(info.role()),
                     info.job_prefix(), info.issued_unix_ms(), info.expires_unix_ms(),
                     info.issuer(), salt, hash);
      });
  if (!status.ok()) return status;
  reply.set_token(token.ToString());
  return reply;
}

std::vector<v1::TokenInfo> AccessBook::Tokens() const {
  std::vector<v1::TokenInfo> infos;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, kept] : tokens_) infos.push_back(kept.info);
  }
  std::ranges::stable_sort(infos, {}, &v1::TokenInfo::issued_unix_ms);
  return infos;
}

absl::StatusOr<v1::TokenInfo> AccessBook::Revoke(const std::string& id) {
  absl::Status status =
      Write("UPDATE tokens SET revoked_ms = ? WHERE id = ? AND revoked_ms = 0",
            [&](SQLite::Statement& update) { SQLite::bind(update, clock_.UnixMillis(), id); });
  if (!status.ok()) return status;
  std::lock_guard lock(mutex_);
  const auto found = tokens_.find(id);
  if (found != tokens_.end()) return found->second.info;
  return absl::NotFoundError("there is no token of that id; paceline tokens list shows them");
}

absl::StatusOr<v1::RevokedCertificate> AccessBook::RevokeCertificate(const std::string& serial,
                                                                     const std::string& reason,
                                                                     const std::string& by) {
  const auto normal = ReadSerial(serial);
  if (!normal.ok()) return normal.status();
  if (reason.size() > kMaxReason) {
    return absl::InvalidArgumentError(fmt::format("a reason has {} bytes at most", kMaxReason));
  }
  absl::Status status =
      Write("INSERT OR IGNORE INTO revoked VALUES (?,?,?,?)", [&](SQLite::Statement& insert) {
        SQLite::bind(insert, *normal, reason, clock_.UnixMillis(), by);
      });
  if (!status.ok()) return status;
  std::lock_guard lock(mutex_);
  return revoked_.at(*normal);
}

std::vector<v1::RevokedCertificate> AccessBook::RevokedCertificates() const {
  std::vector<v1::RevokedCertificate> certificates;
  std::lock_guard lock(mutex_);
  for (const auto& [serial, revoked] : revoked_) certificates.push_back(revoked);
  return certificates;
}

absl::StatusOr<v1::TokenInfo> AccessBook::Find(std::string_view text) const {
  const auto token = ParseToken(text);
  if (!token.ok()) return absl::UnauthenticatedError(token.status().message());
  Kept kept;
  {
    std::lock_guard lock(mutex_);
    if (const auto found = tokens_.find(token->id); found != tokens_.end()) kept = found->second;
  }
  if (!SameHash(HashOfSecret(kept.salt, token->secret), kept.hash)) return UnknownToken();
  if (absl::Status status = CheckToken(kept.info); !status.ok()) return status;
  return kept.info;
}

absl::Status AccessBook::CheckToken(const std::string& id) const {
  std::lock_guard lock(mutex_);
  const auto found = tokens_.find(id);
  return found == tokens_.end() ? UnknownToken() : CheckToken(found->second.info);
}

absl::Status AccessBook::CheckToken(const v1::TokenInfo& info) const {
  if (info.revoked_unix_ms() != 0) {
    return Unauthenticated(AccessRefusal::kRevoked,
                           fmt::format("the token {} of {} is revoked", info.id(), info.name()));
  }
  if (info.expires_unix_ms() <= clock_.UnixMillis()) {
    return Unauthenticated(AccessRefusal::kExpired,
                           fmt::format("the token {} of {} has expired; ask an admin for a new one",
                                       info.id(), info.name()));
  }
  return absl::OkStatus();
}

absl::Status AccessBook::CheckCertificate(const std::string& serial) const {
  std::lock_guard lock(mutex_);
  const auto found = revoked_.find(serial);
  if (found == revoked_.end()) return absl::OkStatus();
  const std::string& reason = found->second.reason();
  return Unauthenticated(
      AccessRefusal::kRevoked,
      fmt::format("the certificate {} is revoked{}{}", serial, reason.empty() ? "" : ": ", reason));
}

absl::Status AccessBook::Refresh() {
  std::unique_lock lock(db_mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return absl::OkStatus();  // who writes loads, too
  try {
    sqlite3_busy_timeout(db_->getHandle(), 0);
    const int64_t version = DataVersion(*db_);
    absl::Status status = version == version_ ? absl::OkStatus() : Load();
    if (status.ok()) version_ = version;
    sqlite3_busy_timeout(db_->getHandle(), kPatienceMs);
    return status;
  } catch (const SQLite::Exception& error) {
    sqlite3_busy_timeout(db_->getHandle(), kPatienceMs);
    return error.getErrorCode() == SQLITE_BUSY ? absl::OkStatus() : Failure(path_, error);
  }
}

absl::Status AccessBook::Load() {
  std::map<std::string, Kept> tokens;
  SQLite::Statement all(*db_,
                        "SELECT id, name, role, job_prefix, issued_ms, expires_ms, revoked_ms, "
                        "issuer, salt, hash FROM tokens");
  while (all.executeStep()) {
    Kept kept{.info = ReadToken(all),
              .salt = all.getColumn(8).getString(),
              .hash = all.getColumn(9).getString()};
    tokens[kept.info.id()] = std::move(kept);
  }
  std::map<std::string, v1::RevokedCertificate> revoked;
  SQLite::Statement list(*db_, "SELECT serial, reason, revoked_ms, by FROM revoked");
  while (list.executeStep()) revoked[list.getColumn(0).getString()] = ReadRevoked(list);
  std::lock_guard lock(mutex_);
  tokens_ = std::move(tokens);
  revoked_ = std::move(revoked);
  return absl::OkStatus();
}

absl::Status AccessBook::Write(const std::string& sql,
                               const std::function<void(SQLite::Statement&)>& bind) {
  std::lock_guard lock(db_mutex_);
  try {
    SQLite::Statement statement(*db_, sql);
    bind(statement);
    statement.exec();
    return Load();
  } catch (const SQLite::Exception& error) {
    return Failure(path_, error);
  }
}

std::string AccessFile(const std::string& data_folder) { return data_folder + "/access.db"; }

absl::StatusOr<std::string> ReadSerial(std::string_view text) {
  std::string serial = absl::AsciiStrToLower(std::string(text));
  std::erase(serial, ':');
  if (serial.size() % 2 == 1) serial.insert(0, "0");
  while (serial.size() > 2 && serial.starts_with("00")) serial.erase(0, 2);
  if (serial.empty() || serial.size() > kMaxSerial ||
      serial.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return absl::InvalidArgumentError(
        "a certificate's serial is hexadecimal digits, as paceline certs list shows it");
  }
  return serial;
}

}  // namespace paceline
