#include "worker/eval/verdict.h"

#include <algorithm>
#include <cmath>

#include "fmt/format.h"
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
    default:
      return "is not clearly different from";
  }
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
  const double share = kClearShare * std::fabs(SpreadOf(TrainingLosses(baseline)).mean);
  verdict.difference = spread.mean;
  if (std::fabs(spread.mean) > std::max(kClearInStandardErrors * error, share)) {
    verdict.outcome = spread.mean < 0 ? Outcome::kBeats : Outcome::kLoses;
  }
  return verdict;
}

std::string VerdictText(const ScenarioResult& result, const std::string& baseline_key) {
  const OptimizerResult& learned = result.optimizers.front();
  const auto baseline =
      std::find_if(result.optimizers.begin(), result.optimizers.end(),
                   [&](const OptimizerResult& optimizer) { return optimizer.key == baseline_key; });
  const Verdict verdict = Compare(learned, *baseline);
  return fmt::format("{} tuned {} (training loss {:.4f} against {:.4f}; lower on {} of {} seeds)",
                     Words(verdict.outcome), baseline->title,
                     SpreadOf(TrainingLosses(learned)).mean,
                     SpreadOf(TrainingLosses(*baseline)).mean, verdict.seeds_better, verdict.seeds);
}

}  // namespace paceline
