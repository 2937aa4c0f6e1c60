// Who asks, as far as it has shown itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "paceline/v1/access.pb.h"

namespace paceline {

struct Caller {
  std::string name;
  v1::Role role = v1::ROLE_UNSPECIFIED;
  std::string shown_by;         // "certificate", "token", "local"
  std::string serial = {};      // of the certificate (hexadecimal), or the token's id
  int64_t expires_ms = 0;       // Unix time; 0: never
  std::string job_prefix = {};  // of the jobs that it may submit and rule; empty: of all
};

// Where nobody has to show anything: in the clear, on this machine alone or by --insecure.
inline Caller LocalCaller() {
  return {.name = "local", .role = v1::ROLE_ADMIN, .shown_by = "local"};
}

v1::Identity ToProto(const Caller& caller);

// "submitter"; "no role" of what is none.
std::string RoleWord(v1::Role role);
// InvalidArgument naming the roles that there are.
absl::StatusOr<v1::Role> RoleNamed(std::string_view word);

}  // namespace paceline
