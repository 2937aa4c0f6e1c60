// Which certificates of an authority are not to be trusted any more: a CRL (RFC 5280, 5).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/pki/issue.h"

namespace paceline {

struct Revocation {
  std::string serial = {};  // as CertificateFacts.serial
  std::string reason = {};  // one of RevocationReasons
  int64_t revoked_ms = 0;   // Unix time
};

// "unspecified", "key-compromise", "superseded", "no-longer-used"
std::vector<std::string> RevocationReasons();

// The authority signs it; it is good for as long as the authority.
absl::StatusOr<std::string> WriteRevocations(const KeyedCertificate& authority,
                                             const std::vector<Revocation>& revocations,
                                             int64_t now_ms);
// DataLoss for what is no such list. A reason of another program's making is "unspecified".
absl::StatusOr<std::vector<Revocation>> ReadRevocations(std::string_view pem);

}  // namespace paceline
