#include "common/estimator/coefficients.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "common/estimator/settings.h"

namespace paceline {
namespace {

double Signs(const v1::Estimator& estimator) { return Antithetic(estimator) ? 2 : 1; }

double Spread(std::span<const double> losses) {
  if (losses.size() < 2) return 0;
  const auto count = static_cast<double>(losses.size());
  const double mean = std::accumulate(losses.begin(), losses.end(), 0.0) / count;
  double squares = 0;
  for (const double loss : losses) squares += (loss - mean) * (loss - mean);
  return std::sqrt(squares / (count - 1));
}

}  // namespace

double LossDifference(const v1::Estimator& estimator, const ParticleScalars& particle) {
  const double sum = particle.sum_plus - particle.sum_minus;
  if (estimator.clip() == 0 && estimator.sign() == 0) return sum;
  const double steps = particle.trained_steps;
  double mean = sum / steps;
  if (estimator.clip() > 0) mean = std::clamp(mean, -estimator.clip(), estimator.clip());
  if (estimator.sign() > 0) mean = estimator.sign() * ((mean > 0) - (mean < 0));
  return mean * steps;
}

std::optional<OuterLoss> OuterLossOf(const v1::Estimator& estimator,
                                     std::span<const ParticleScalars> particles,
                                     std::span<const double> weights,
                                     std::span<const int64_t> loss_steps) {
  std::vector<double> losses;
  double sum = 0, weighted_steps = 0;
  for (size_t i = 0; i < particles.size(); ++i) {
    if (loss_steps[i] == 0) continue;
    const auto steps = static_cast<double>(loss_steps[i]);
    const double both = particles[i].sum_plus + particles[i].sum_minus;
    sum += weights[i] * both;
    weighted_steps += weights[i] * steps;
    losses.push_back(both / (Signs(estimator) * steps));
  }
  if (losses.empty()) return std::nullopt;
  return OuterLoss{.mean = sum / (Signs(estimator) * weighted_steps), .spread = Spread(losses)};
}

StepCounts CountSteps(const v1::Estimator& estimator, std::span<const ParticleScalars> particles,
                      std::span<const double> weights) {
  StepCounts counts;
  for (size_t i = 0; i < particles.size(); ++i) {
    counts.weighted_steps += weights[i] * particles[i].trained_steps;
    counts.inner_steps += uint64_t{particles[i].trained_steps} * RunsPerParticle(estimator);
    if (particles[i].diverged) ++counts.diverged;
  }
  return counts;
}

std::vector<float> Coefficients(const v1::Estimator& estimator,
                                std::span<const ParticleScalars> particles,
                                std::span<const double> weights, double weighted_steps) {
  // σ as the particles were perturbed with it.
  const double sigma = static_cast<float>(Sigma(estimator));
  const double divisor = Signs(estimator) * sigma * weighted_steps;
  std::vector<float> coefficients;
  coefficients.reserve(particles.size());
  for (size_t i = 0; i < particles.size(); ++i) {
    const double difference = weights[i] * LossDifference(estimator, particles[i]);
    coefficients.push_back(static_cast<float>(difference / divisor));
  }
  return coefficients;
}

}  // namespace paceline
