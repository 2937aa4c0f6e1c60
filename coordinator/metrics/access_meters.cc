#include "coordinator/metrics/access_meters.h"

namespace paceline {

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

void AccessMeters::Tell(Families& families) const {
  for (int i = 0; i < kAccessRefusals; ++i) {
    const auto refusal = static_cast<AccessRefusal>(i);
    families.Counter("paceline_access_refusals_total", "Requests that were not let in, by why.",
                     static_cast<double>(of(refusal)), {{"reason", NameOf(refusal)}});
  }
}

}  // namespace paceline
