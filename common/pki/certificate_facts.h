// What a certificate says of its holder.
//
// Paceline's own have a URI among their names, spiffe://paceline/ROLE/NAME, and nothing else gives
// a role.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace paceline {

// In the order of docs/security.md.
inline constexpr std::array<std::string_view, 5> kCertificateRoles = {
    "coordinator", "worker", "submitter", "viewer", "admin"};

struct CertificateFacts {
  std::string role = {};      // one of kCertificateRoles; empty of other authorities' certificates
  std::string name = {};      // beside the role; without one, the common name
  std::string serial = {};    // lower-case hexadecimal digits, two for a byte
  int64_t not_before_ms = 0;  // Unix time
  int64_t not_after_ms = 0;
  std::vector<std::string> hosts = {};  // DNS names and IP addresses that it is for
  std::string issuer = {};              // the common name of its authority
};

// Of the first certificate in the text. InvalidArgument: there is none, or it claims a role or name
// that does not exist, or several.
absl::StatusOr<CertificateFacts> ReadCertificateFacts(std::string_view pem);

// "spiffe://paceline/worker/w1"
std::string IdentityUri(std::string_view role, std::string_view name);
// InvalidArgument for a name that is not 1 to 64 of a-z, A-Z, 0-9, '.', '_' and '-', beginning with
// a letter or digit.
absl::Status CheckIdentityName(std::string_view name);
// InvalidArgument naming the roles.
absl::Status CheckRole(std::string_view role);

}  // namespace paceline
