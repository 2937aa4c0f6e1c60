#include "common/evaluation/loss_curve.h"

#include <algorithm>

namespace paceline {
namespace {

bool StartsBehindZero(const Spans& spans) { return spans.points > 0 && spans.middle(0) > 0; }

}  // namespace

double Spans::first(size_t i) const {
  const double end = static_cast<double>(steps), count = static_cast<double>(points);
  const uint64_t whole = (steps + points - 1) / points;
  // Whole spans with a shorter last one, unless that would leave some empty.
  if (whole * (points - 1) >= steps) return end * static_cast<double>(i) / count;
  return std::min(static_cast<double>(whole * i), end);
}

std::vector<double> CurvePlaces(const Spans& spans) {
  std::vector<double> places;
  if (StartsBehindZero(spans)) places.push_back(0);
  for (size_t i = 0; i < spans.points; ++i) places.push_back(spans.middle(i));
  return places;
}

std::vector<double> CurveLosses(const Spans& spans, double initial_loss,
                                std::span<const double> span_means) {
  std::vector<double> losses;
  if (StartsBehindZero(spans)) losses.push_back(initial_loss);
  losses.insert(losses.end(), span_means.begin(), span_means.end());
  return losses;
}

std::optional<double> FirstReach(std::span<const double> places, std::span<const double> losses,
                                 double target) {
  if (losses.empty()) return std::nullopt;
  if (losses.front() <= target) return places.front();
  double lowest = losses.front();
  for (size_t i = 1; i < losses.size(); ++i) {
    if (losses[i] <= target) {
      const double share = (lowest - target) / (lowest - losses[i]);
      return places[i - 1] + share * (places[i] - places[i - 1]);
    }
    lowest = std::min(lowest, losses[i]);
  }
  return std::nullopt;
}

}  // namespace paceline
