// Who may ask a coordinator for what: asked of it, or done in its data folder by whoever may write
// there, whether it runs or not.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/cli/client/client.h"
#include "paceline/v1/access.pb.h"

namespace paceline {

// Thread-safe.
class AccessClient {
 public:
  // Does not connect yet. Errors as OpenChannel.
  static absl::StatusOr<std::unique_ptr<AccessClient>> Open(const Connection& connection);
  // NotFound if there is no such folder; errors as AccessBook::Open and AuditLog::Open.
  static absl::StatusOr<std::unique_ptr<AccessClient>> InFolder(const std::string& data_folder);
  virtual ~AccessClient() = default;

  virtual absl::StatusOr<v1::Identity> WhoAmI() = 0;
  virtual absl::StatusOr<v1::IssueTokenReply> IssueToken(const v1::IssueTokenRequest& request) = 0;
  virtual absl::StatusOr<v1::ListTokensReply> ListTokens() = 0;
  virtual absl::StatusOr<v1::TokenInfo> RevokeToken(const std::string& id) = 0;
  virtual absl::StatusOr<v1::RevokedCertificate> RevokeCertificate(const std::string& serial,
                                                                   const std::string& reason) = 0;
  virtual absl::StatusOr<v1::ListRevokedCertificatesReply> ListRevokedCertificates() = 0;
  // Calls `take` with every entry after number `after`, in order.
  virtual absl::Status ReadAudit(int64_t after,
                                 const std::function<void(const v1::AuditEntry&)>& take) = 0;
};

}  // namespace paceline
