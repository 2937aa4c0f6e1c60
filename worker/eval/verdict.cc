#include "worker/eval/verdict.h"

#include <algorithm>
#include <cmath>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "worker/eval/report.h"
#include "worker/eval/statistics.h"

namespace paceline {
namespace {

constexpr double kClearInStandardErrors = 2;
constexpr double kClearShare = 0.005;

std::string_view Words(Outcome outcome) {
  switch (outcome) {
    case Outcome::kBeats:
      return "beats";
    case Outcome::kLoses:
      return "loses to";
    case Outcome::kNoClearDifference:
      break;
  }
  return "is not clearly different from";
}

double MeanLoss(const OptimizerResult& result) { return SpreadOf(TrainingLosses(result)).mean; }

// "a, b and c"
std::string Enumerated(const std::vector<std::string>& words) {
  const auto last = words.end() - 1;
  if (last == words.begin()) return *last;
  return fmt::format("{} and {}", fmt::join(words.begin(), last, ", "), *last);
}

}  // namespace

Verdict Compare(const OptimizerResult& learned, const OptimizerResult& baseline) {
  Verdict verdict{.seeds = static_cast<int>(learned.runs.size())};
  std::vector<double> differences;
  for (size_t i = 0; i < learned.runs.size(); ++i) {
    differences.push_back(learned.runs[i].training_loss - baseline.runs[i].training_loss);
    verdict.seeds_better += differences.back() < 0;
  }
  const Spread spread = SpreadOf(differences);
  const double error = spread.deviation / std::sqrt(static_cast<double>(verdict.seeds));
  const double share = kClearShare * std::fabs(MeanLoss(baseline));
  verdict.difference = spread.mean;
  if (std::fabs(spread.mean) > std::max(kClearInStandardErrors * error, share)) {
    verdict.outcome = spread.mean < 0 ? Outcome::kBeats : Outcome::kLoses;
  }
  return verdict;
}

const OptimizerResult& BestRival(const ScenarioResult& result) {
  return *std::min_element(
      result.optimizers.begin() + 1, result.optimizers.end(),
      [](const OptimizerResult& a, const OptimizerResult& b) { return MeanLoss(a) < MeanLoss(b); });
}

std::string VerdictText(const ScenarioResult& result) {
  const OptimizerResult& learned = result.optimizers.front();
  const OptimizerResult& rival = BestRival(result);
  const Verdict verdict = Compare(learned, rival);
  std::string text = fmt::format(
      "{} tuned {}, the best rival (training loss {:.4f} against {:.4f}; lower on {} of {} seeds)",
      Words(verdict.outcome), rival.title, MeanLoss(learned), MeanLoss(rival), verdict.seeds_better,
      verdict.seeds);
  for (const Outcome outcome : {Outcome::kLoses, Outcome::kNoClearDifference, Outcome::kBeats}) {
    std::vector<std::string> titles;
    for (size_t i = 1; i < result.optimizers.size(); ++i) {
      const OptimizerResult& other = result.optimizers[i];
      if (&other == &rival || Compare(learned, other).outcome != outcome) continue;
      titles.push_back(other.title);
    }
    if (!titles.empty()) text += fmt::format("; {} {}", Words(outcome), Enumerated(titles));
  }
  return text;
}

}  // namespace paceline
