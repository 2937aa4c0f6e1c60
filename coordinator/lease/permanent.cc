#include "coordinator/lease/permanent.h"

#include <algorithm>

namespace paceline {

bool IsConfirmed(std::span<const PermanentClaim> claims, bool others) {
  if (claims.size() >= 2) return true;
  return !others && std::ranges::any_of(claims, [](const PermanentClaim& claim) {
    return claim.times >= kAloneMustRepeat;
  });
}

}  // namespace paceline
