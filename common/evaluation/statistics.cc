#include "common/evaluation/statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace paceline {
namespace {

// For 1, 2, ... degrees of freedom.
constexpr std::array<double, 30> kStudent = {
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
    2.2010,  2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
    2.0796,  2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423};
constexpr double kNormalQuantile = 1.959964;

// Of sorted values, between neighbours by straight lines.
double Percentile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

double MeanOf(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

SampleMean SampleMeanOf(std::span<const double> values) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  SampleMean result{.mean = MeanOf(values), .interval = {-kInfinity, kInfinity}};
  if (values.size() < 2) return result;
  const double degrees = static_cast<double>(values.size() - 1);
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.deviation = std::sqrt(squares / degrees);
  const double half = StudentQuantile(values.size() - 1) * result.deviation /
                      std::sqrt(static_cast<double>(values.size()));
  result.interval = {result.mean - half, result.mean + half};
  return result;
}

double MedianOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return Percentile(values, 0.5);
}

double InterquartileMean(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const double count = static_cast<double>(values.size());
  double sum = 0, weights = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    // How much of [i, i + 1] lies in the middle half.
    const double place = static_cast<double>(i);
    const double weight = std::min(place + 1, 0.75 * count) - std::max(place, 0.25 * count);
    if (weight <= 0) continue;
    sum += weight * values[i];
    weights += weight;
  }
  return sum / weights;
}

Interval PercentileInterval(std::vector<double> replicates) {
  std::sort(replicates.begin(), replicates.end());
  return {Percentile(replicates, 0.025), Percentile(replicates, 0.975)};
}

double StudentQuantile(size_t degrees) {
  if (degrees <= kStudent.size()) return kStudent[degrees - 1];
  // Cornish and Fisher's expansion (Abramowitz and Stegun 26.7.5).
  const double z = kNormalQuantile, n = static_cast<double>(degrees);
  return z + (z * z * z + z) / (4 * n) +
         (5 * std::pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * n * n);
}

}  // namespace paceline
