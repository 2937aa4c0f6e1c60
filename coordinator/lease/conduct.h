// What may be wrong with an answer, and what that says of who sent it.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace paceline {

// Why an answer was not taken.
enum class Refusal {
  kLate,           // of an outer step that is over
  kOldEpoch,       // of an earlier asking of the block
  kNoLease,        // for a block that its sender was not asked for in this outer step
  kNoSuchBlock,    // that the job does not have
  kFutureStep,     // of an outer step that was not asked for yet
  kOtherTheta,     // computed with another θ
  kParticles,      // not as many particles as a block has
  kTrainedSteps,   // not as many steps as the window has
  kNotFinite,      // a number that is none
  kOutOfRange,     // a sum that the objective cannot have
  kContradiction,  // a second answer of the same worker, other than its first
  kOutvoted,       // other than what two workers computed
  kNotAllowed,     // of a worker that has no part in the job
  kFalseFailure,   // a failure of a block that its sender was not asked for
  kEpisodes,       // of particles whose episodes cannot have begun where it says
};
inline constexpr int kRefusals = static_cast<int>(Refusal::kEpisodes) + 1;

// "out_of_range": for logs, counters and tests.
const char* NameOf(Refusal refusal);

enum class Gravity {
  kHarmless,   // delays and restarts bring it about
  kViolation,  // a worker of this build never does it; so often, and it is quarantined
  kProof,      // that the worker computes wrongly or lies: at once
};
Gravity GravityOf(Refusal refusal);

inline constexpr int kMaxViolations = 3;

// Whether a worker that had `violations` gets no more of the job after this one. Adds to them.
bool IsQuarantinedAfter(Refusal refusal, int& violations);

// How often each has occurred.
class RefusalCounts {
 public:
  void Add(Refusal refusal) { ++counts_[static_cast<size_t>(refusal)]; }
  void Add(const RefusalCounts& others);
  uint64_t of(Refusal refusal) const { return counts_[static_cast<size_t>(refusal)]; }
  uint64_t total() const;
  // "3 late, 1 out_of_range"; empty if there are none.
  std::string ToText() const;

 private:
  std::array<uint64_t, kRefusals> counts_{};
};

}  // namespace paceline
