// Certificates, made in memory: an authority's own, and those that it issues. ECDSA on P-256.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace paceline {

// PEM texts.
struct KeyedCertificate {
  std::string cert = {};
  std::string key = {};
};

struct Validity {
  int64_t from_ms = 0;  // Unix time
  int64_t to_ms = 0;
};

// Self-signed; what it issues can issue nothing.
absl::StatusOr<KeyedCertificate> MakeCertificateAuthority(std::string_view name,
                                                          const Validity& validity);

struct CertificateRequest {
  std::string role = {};  // one of kCertificateRoles
  std::string name = {};
  // A coordinator's DNS names and IP addresses; others have none.
  std::vector<std::string> hosts = {};
  Validity validity = {};
  // PEM; empty: a new key.
  std::string key = {};
};

// Good for a coordinator as a TLS server, for the other roles as a client; ends with the authority
// at the latest. InvalidArgument: a role, name, host or key that will not do.
absl::StatusOr<KeyedCertificate> IssueCertificate(const KeyedCertificate& authority,
                                                  const CertificateRequest& request);

}  // namespace paceline
