// The tokens that were given out and the certificates that were revoked: access.db in the data
// folder, which several processes may have open.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "paceline/v1/access.pb.h"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace paceline {

// Thread-safe. What a method has returned OK for survives the machine's death. What another process
// changes is known after the next Refresh.
class AccessBook {
 public:
  static constexpr int64_t kMinLifetimeSeconds = 60;
  static constexpr int64_t kMaxLifetimeSeconds = 366 * 86'400;

  // Makes the file, 0600, if there is none. FailedPrecondition if others can read it, DataLoss if
  // it is damaged. `clock` outlives the book.
  static absl::StatusOr<std::unique_ptr<AccessBook>> Open(const std::string& path,
                                                          const Clock& clock);
  ~AccessBook();

  // InvalidArgument for a name, role, prefix or lifetime that will not do.
  absl::StatusOr<v1::IssueTokenReply> Issue(const v1::IssueTokenRequest& request,
                                            const std::string& issuer);
  // In the order of issue.
  std::vector<v1::TokenInfo> Tokens() const;
  // NotFound if there is none; of one that is revoked already it changes nothing.
  absl::StatusOr<v1::TokenInfo> Revoke(const std::string& id);
  // InvalidArgument for what is no serial.
  absl::StatusOr<v1::RevokedCertificate> RevokeCertificate(const std::string& serial,
                                                           const std::string& reason,
                                                           const std::string& by);
  std::vector<v1::RevokedCertificate> RevokedCertificates() const;

  // Unauthenticated, in words, for a token that is unknown, revoked or expired.
  absl::StatusOr<v1::TokenInfo> Find(std::string_view token) const;
  absl::Status CheckToken(const std::string& id) const;
  // Unauthenticated if it is revoked. `serial` as ReadCertificateFacts has it.
  absl::Status CheckCertificate(const std::string& serial) const;

  // Reads the file again if another process has changed it; waits for nobody.
  absl::Status Refresh();

 private:
  struct Kept {
    v1::TokenInfo info;
    std::string salt, hash;
  };

  AccessBook(std::string path, std::unique_ptr<SQLite::Database> db, const Clock& clock);
  absl::Status Load();
  absl::Status Write(const std::string& sql, const std::function<void(SQLite::Statement&)>& bind);
  absl::Status CheckToken(const v1::TokenInfo& info) const;

  const std::string path_;
  const Clock& clock_;
  std::mutex db_mutex_;                   // taken before mutex_
  std::unique_ptr<SQLite::Database> db_;  // guarded by db_mutex_
  int64_t version_ = -1;                  // guarded by db_mutex_; of what is in memory

  mutable std::mutex mutex_;
  std::map<std::string, Kept> tokens_;                     // by id; guarded by mutex_
  std::map<std::string, v1::RevokedCertificate> revoked_;  // by serial; guarded by mutex_
};

// The book's file in a data folder.
std::string AccessFile(const std::string& data_folder);

// As ReadCertificateFacts has it, of "0A:1b" and the like. InvalidArgument for what is no serial.
absl::StatusOr<std::string> ReadSerial(std::string_view text);

}  // namespace paceline
