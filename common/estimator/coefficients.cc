#include "common/estimator/coefficients.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

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

// Replaces the means per step of one group, `members` of `means`, in its order of size.
void RankGroup(double largest, std::vector<size_t> members, std::span<double> means) {
  const auto size = [&](size_t i) { return std::fabs(means[i]); };
  std::ranges::sort(
      members, [&](size_t a, size_t b) { return size(a) != size(b) ? size(a) < size(b) : a < b; });
  const auto count = static_cast<double>(members.size());
  for (size_t first = 0; first < members.size();) {
    size_t end = first;
    while (end < members.size() && size(members[end]) == size(members[first])) ++end;
    // The mean of the ranks first + 1, ..., end.
    const double rank = static_cast<double>(first + 1 + end) / 2;
    for (; first < end; ++first) {
      double& mean = means[members[first]];
      mean = largest * (rank / count) * ((mean > 0) - (mean < 0));
    }
  }
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

std::vector<double> LossDifferences(const v1::Estimator& estimator,
                                    std::span<const ParticleScalars> particles,
                                    std::span<const int> groups) {
  std::vector<double> differences;
  for (const ParticleScalars& particle : particles) {
    differences.push_back(LossDifference(estimator, particle));
  }
  if (estimator.rank() == 0) return differences;
  std::map<int, std::vector<size_t>> members;
  for (size_t i = 0; i < particles.size(); ++i) {
    differences[i] /= particles[i].trained_steps;
    members[groups[i]].push_back(i);
  }
  for (auto& [group, own] : members) RankGroup(estimator.rank(), std::move(own), differences);
  for (size_t i = 0; i < particles.size(); ++i) differences[i] *= particles[i].trained_steps;
  return differences;
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
                                std::span<const int> groups, std::span<const double> weights,
                                double weighted_steps) {
  // σ as the particles were perturbed with it.
  const double sigma = static_cast<float>(Sigma(estimator));
  const double divisor = Signs(estimator) * sigma * weighted_steps;
  const std::vector<double> differences = LossDifferences(estimator, particles, groups);
  std::vector<float> coefficients;
  coefficients.reserve(particles.size());
  for (size_t i = 0; i < particles.size(); ++i) {
    coefficients.push_back(static_cast<float>(weights[i] * differences[i] / divisor));
  }
  return coefficients;
}

}  // namespace paceline
