#include "common/evaluation/cast.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "common/evaluation/tallies.h"
#include "common/evaluation/words.h"
#include "common/plot/series_style.h"
#include "fmt/format.h"

namespace paceline {
namespace {

void Add(Cast& cast, uint32_t contestant) {
  if (cast.shown.size() < kSeriesStyles && !cast.StyleOf(contestant)) {
    cast.shown.push_back(contestant);
  }
}

// Baselines come by place, so the first that fits is the best.
template <class Predicate>
void AddFirst(Cast& cast, const v1::Evaluation& evaluation, const Metrics& metrics,
              Predicate&& fits) {
  for (const uint32_t baseline : metrics.baselines) {
    if (!fits(evaluation.contestants(static_cast<int>(baseline)))) continue;
    Add(cast, baseline);
    return;
  }
}

}  // namespace

std::optional<size_t> Cast::StyleOf(uint32_t contestant) const {
  const auto place = std::find(shown.begin(), shown.end(), contestant);
  if (place == shown.end()) return std::nullopt;
  return static_cast<size_t>(place - shown.begin());
}

Cast CastOf(const v1::Evaluation& evaluation, const Metrics& metrics) {
  Cast cast;
  for (const uint32_t learned : metrics.learned) Add(cast, learned);
  for (const std::string& budget : BudgetsOf(evaluation)) {
    AddFirst(cast, evaluation, metrics, [&](const auto& c) { return c.budget() == budget; });
  }
  AddFirst(cast, evaluation, metrics, [](const v1::Contestant& contestant) {
    return absl::AsciiStrToLower(contestant.rule()) == "adam";
  });
  cast.left_out = metrics.contestants.size() - cast.shown.size();
  return cast;
}

std::string LeftOutText(const Cast& cast) {
  if (cast.left_out == 0) return "";
  return fmt::format(
      "Shown are the learned optimizers, the best baseline of each budget (by mean rank) and Adam; "
      "{} "
      "left out.",
      CountOf(cast.left_out, "contestant"));
}

}  // namespace paceline
