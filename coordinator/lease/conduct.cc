#include "coordinator/lease/conduct.h"

#include <numeric>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace paceline {

const char* NameOf(Refusal refusal) {
  switch (refusal) {
    case Refusal::kLate:
      return "late";
    case Refusal::kOldEpoch:
      return "old_epoch";
    case Refusal::kNoLease:
      return "no_lease";
    case Refusal::kNoSuchBlock:
      return "no_such_block";
    case Refusal::kFutureStep:
      return "future_step";
    case Refusal::kOtherTheta:
      return "other_theta";
    case Refusal::kParticles:
      return "particles";
    case Refusal::kTrainedSteps:
      return "trained_steps";
    case Refusal::kNotFinite:
      return "not_finite";
    case Refusal::kOutOfRange:
      return "out_of_range";
    case Refusal::kContradiction:
      return "contradiction";
    case Refusal::kOutvoted:
      return "outvoted";
    case Refusal::kNotAllowed:
      return "not_allowed";
    case Refusal::kFalseFailure:
      return "false_failure";
    case Refusal::kEpisodes:
      return "episodes";
  }
  return "";
}

Gravity GravityOf(Refusal refusal) {
  switch (refusal) {
    case Refusal::kLate:
    case Refusal::kOldEpoch:
    case Refusal::kNotAllowed:
      return Gravity::kHarmless;
    case Refusal::kNoLease:
    case Refusal::kNoSuchBlock:
    case Refusal::kFutureStep:
    case Refusal::kOtherTheta:
    case Refusal::kParticles:
    case Refusal::kTrainedSteps:
    case Refusal::kContradiction:
    case Refusal::kFalseFailure:
    case Refusal::kEpisodes:
      return Gravity::kViolation;
    case Refusal::kNotFinite:
    case Refusal::kOutOfRange:
    case Refusal::kOutvoted:
      break;
  }
  return Gravity::kProof;
}

bool IsQuarantinedAfter(Refusal refusal, int& violations) {
  const Gravity gravity = GravityOf(refusal);
  if (gravity == Gravity::kHarmless) return false;
  ++violations;
  return gravity == Gravity::kProof || violations >= kMaxViolations;
}

void RefusalCounts::Add(const RefusalCounts& others) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += others.counts_[i];
}

uint64_t RefusalCounts::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), uint64_t{0});
}

std::string RefusalCounts::ToText() const {
  std::vector<std::string> parts;
  for (int i = 0; i < kRefusals; ++i) {
    if (counts_[i] > 0) parts.push_back(absl::StrCat(counts_[i], " ", NameOf(Refusal{i})));
  }
  return absl::StrJoin(parts, ", ");
}

}  // namespace paceline
