#include "worker/estimators/advice.h"

#include <algorithm>
#include <cmath>

#include "fmt/format.h"

namespace paceline {
namespace {

constexpr double kBias = 0.1;  // of the truth's length
constexpr double kCosine = 0.9;

// What it costs, in inner steps, until one estimate's noise is as long as the gradient.
double StepsToSignal(const StudyRow& row) {
  const double truth = row.figures.truth.value;
  return row.CostedVariance() / std::max(truth * truth, 1e-300);
}

bool PointsTheRightWay(const StudyRow& row) {
  const Figures& figures = row.figures;
  return figures.bias.value - 2 * figures.bias.error <= kBias * figures.truth.value &&
         figures.cosine.value + 2 * figures.cosine.error > kCosine && row.lost == 0;
}

// Whether smoothing by this sigma leaves the gradient's direction as it is.
bool IsTheSameObjective(const Study& study, double sigma) {
  const auto truth = std::ranges::find(study.truths, sigma, &TruthRow::sigma);
  return truth == study.truths.end() || !truth->cosine ||
         truth->cosine->value + 2 * truth->cosine->error > kCosine;
}

}  // namespace

std::string AdviceOf(const Study& study) {
  const StudyRow* best = nullptr;
  for (const StudyRow& row : study.rows) {
    // Back-propagation is beside the point: jobs run evolution strategies.
    if (row.sigma == 0 || !PointsTheRightWay(row)) continue;
    if (!IsTheSameObjective(study, row.sigma)) continue;
    if (!(row.figures.truth.value > 2 * row.figures.truth.error)) continue;
    if (best == nullptr || StepsToSignal(row) < StepsToSignal(*best)) best = &row;
  }
  if (best == nullptr) {
    return "advice: no gradient stands out of the noise; raise --budget, or measure at another "
           "theta "
           "or a larger sigma";
  }
  const double ratio = best->figures.signal_to_noise.value;
  const double particles =
      std::ceil(static_cast<double>(best->particles) / std::max(ratio * ratio, 1e-300));
  return fmt::format(
      "advice: {} with sigma {:.4g} and window {} spends inner steps best among those with a bias "
      "below {:.0f} %; from about {:.0f} particles on, the gradient is longer than its noise",
      best->estimator, best->sigma, best->window, 100 * kBias, std::max(1.0, particles));
}

}  // namespace paceline
