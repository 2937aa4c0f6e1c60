#include "coordinator/access/caller.h"

#include <array>

#include "absl/strings/escaping.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr std::array kRoles = {v1::ROLE_VIEWER, v1::ROLE_SUBMITTER, v1::ROLE_WORKER,
                               v1::ROLE_ADMIN};
constexpr size_t kShown = 40;

}  // namespace

v1::Identity ToProto(const Caller& caller) {
  v1::Identity identity;
  identity.set_name(caller.name);
  identity.set_role(caller.role);
  identity.set_shown_by(caller.shown_by);
  identity.set_serial(caller.serial);
  identity.set_expires_unix_ms(caller.expires_ms);
  identity.set_job_prefix(caller.job_prefix);
  return identity;
}

std::string RoleWord(v1::Role role) {
  switch (role) {
    case v1::ROLE_VIEWER:
      return "viewer";
    case v1::ROLE_SUBMITTER:
      return "submitter";
    case v1::ROLE_WORKER:
      return "worker";
    case v1::ROLE_ADMIN:
      return "admin";
    case v1::ROLE_UNSPECIFIED:
    case v1::Role_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Role_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return "no role";
}

absl::StatusOr<v1::Role> RoleNamed(std::string_view word) {
  for (const v1::Role role : kRoles) {
    if (RoleWord(role) == word) return role;
  }
  return absl::InvalidArgumentError(
      fmt::format("\"{}\" is no role; there are viewer, submitter, worker and admin",
                  absl::CHexEscape(std::string(word.substr(0, kShown)))));
}

}  // namespace paceline
