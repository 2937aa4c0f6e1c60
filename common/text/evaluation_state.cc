#include "common/text/evaluation_state.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace paceline {

std::string StateWord(v1::EvaluationState state) {
  const std::string& name = v1::EvaluationState_Name(state);
  if (name.empty()) return absl::StrCat("state ", static_cast<int>(state));
  return absl::AsciiStrToLower(absl::StripPrefix(name, "EVALUATION_STATE_"));
}

bool HasEnded(v1::EvaluationState state) {
  return state == v1::EVALUATION_STATE_SUCCEEDED || state == v1::EVALUATION_STATE_FAILED ||
         state == v1::EVALUATION_STATE_CANCELLED;
}

}  // namespace paceline
