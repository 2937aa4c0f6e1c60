#include "common/estimator/coefficients.h"

#include <algorithm>
#include <cmath>

#include "common/estimator/settings.h"

namespace paceline {
namespace {

double Signs(const v1::Estimator& estimator) { return Antithetic(estimator) ? 2 : 1; }

double Spread(const v1::Estimator& estimator, std::span<const ParticleScalars> particles) {
  if (particles.size() < 2) return 0;
  double mean = 0, squares = 0;
  for (const ParticleScalars& particle : particles) mean += MeanLoss(estimator, particle);
  mean /= static_cast<double>(particles.size());
  for (const ParticleScalars& particle : particles) {
    const double distance = MeanLoss(estimator, particle) - mean;
    squares += distance * distance;
  }
  return std::sqrt(squares / static_cast<double>(particles.size() - 1));
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

double MeanLoss(const v1::Estimator& estimator, const ParticleScalars& particle) {
  return (particle.sum_plus + particle.sum_minus) / (Signs(estimator) * particle.trained_steps);
}

LossSummary Summarize(const v1::Estimator& estimator, std::span<const ParticleScalars> particles,
                      std::span<const double> weights) {
  LossSummary summary;
  double losses = 0;
  for (size_t i = 0; i < particles.size(); ++i) {
    const ParticleScalars& particle = particles[i];
    losses += weights[i] * (particle.sum_plus + particle.sum_minus);
    summary.weighted_steps += weights[i] * particle.trained_steps;
    summary.inner_steps += uint64_t{particle.trained_steps} * RunsPerParticle(estimator);
    if (particle.diverged) ++summary.diverged;
  }
  summary.mean_loss = losses / (Signs(estimator) * summary.weighted_steps);
  summary.spread = Spread(estimator, particles);
  return summary;
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
