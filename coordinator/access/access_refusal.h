// Why somebody was not let in, and how often.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace paceline {

enum class AccessRefusal {
  kNothingShown,  // neither a certificate nor a token, where one is wanted
  kUnknown,       // a token or certificate that is none of ours
  kExpired,
  kRevoked,
  kRole,   // whose role may not ask for that
  kLimit,  // who asks too much or too often
};
inline constexpr int kAccessRefusals = static_cast<int>(AccessRefusal::kLimit) + 1;

// "expired": the label of a metric.
const char* NameOf(AccessRefusal refusal);

// Unauthenticated, for that reason.
absl::Status Unauthenticated(AccessRefusal refusal, std::string_view message);
// Of a status that is not OK, of the gate's.
AccessRefusal RefusalOf(const absl::Status& status);

// Thread-safe.
class AccessMeters {
 public:
  void Count(AccessRefusal refusal) { ++counts_[static_cast<size_t>(refusal)]; }
  uint64_t of(AccessRefusal refusal) const { return counts_[static_cast<size_t>(refusal)]; }

 private:
  std::array<std::atomic<uint64_t>, kAccessRefusals> counts_{};
};

}  // namespace paceline
