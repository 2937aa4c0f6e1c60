#include "coordinator/access/access_refusal.h"

#include <string>

#include "absl/strings/cord.h"

namespace paceline {
namespace {

constexpr char kPayload[] = "paceline.access_refusal";

}  // namespace

const char* NameOf(AccessRefusal refusal) {
  switch (refusal) {
    case AccessRefusal::kNothingShown:
      return "nothing_shown";
    case AccessRefusal::kUnknown:
      return "unknown";
    case AccessRefusal::kExpired:
      return "expired";
    case AccessRefusal::kRevoked:
      return "revoked";
    case AccessRefusal::kRole:
      return "role";
    case AccessRefusal::kLimit:
      return "limit";
  }
  return "";
}

absl::Status Unauthenticated(AccessRefusal refusal, std::string_view message) {
  absl::Status status = absl::UnauthenticatedError(std::string(message));
  status.SetPayload(kPayload, absl::Cord(NameOf(refusal)));
  return status;
}

AccessRefusal RefusalOf(const absl::Status& status) {
  if (absl::IsPermissionDenied(status)) return AccessRefusal::kRole;
  if (absl::IsResourceExhausted(status)) return AccessRefusal::kLimit;
  const auto name = status.GetPayload(kPayload);
  for (int i = 0; name && i < kAccessRefusals; ++i) {
    const auto refusal = static_cast<AccessRefusal>(i);
    if (*name == NameOf(refusal)) return refusal;
  }
  return AccessRefusal::kUnknown;
}

}  // namespace paceline
