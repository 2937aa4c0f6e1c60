#include "common/estimator/gradient.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "common/base/parallel.h"

namespace paceline {
namespace {

// Lengths on θ: ranges start on SIMD borders; a tile of the gradient stays in cache over all
// particles.
constexpr size_t kGrain = 16;
constexpr size_t kTile = 4096;
// Below so many normals a thread costs more than it saves.
constexpr size_t kNormalsPerThread = 1 << 18;

int WorthwhileThreads(int threads, size_t normals) {
  return static_cast<int>(std::min<size_t>(threads, 1 + normals / kNormalsPerThread));
}

double MeanLoss(const ParticleScalars& particle) {
  return (particle.sum_plus + particle.sum_minus) / (2.0 * particle.trained_steps);
}

double Spread(std::span<const ParticleScalars> particles) {
  if (particles.size() < 2) return 0;
  double mean = 0, squares = 0;
  for (const ParticleScalars& particle : particles) mean += MeanLoss(particle);
  mean /= static_cast<double>(particles.size());
  for (const ParticleScalars& particle : particles) {
    squares += (MeanLoss(particle) - mean) * (MeanLoss(particle) - mean);
  }
  return std::sqrt(squares / static_cast<double>(particles.size() - 1));
}

uint64_t TrainedSteps(std::span<const ParticleScalars> particles) {
  uint64_t steps = 0;
  for (const ParticleScalars& particle : particles) steps += particle.trained_steps;
  return steps;
}

GradientEstimate Summary(std::span<const ParticleScalars> particles) {
  GradientEstimate estimate;
  double losses = 0;
  for (const ParticleScalars& particle : particles) {
    losses += particle.sum_plus + particle.sum_minus;
    if (particle.diverged) ++estimate.diverged;
  }
  estimate.inner_steps = 2 * TrainedSteps(particles);
  estimate.mean_loss = losses / static_cast<double>(estimate.inner_steps);
  estimate.loss_spread = Spread(particles);
  return estimate;
}

}  // namespace

GradientEstimator::GradientEstimator(const v1::JobConfig& config, size_t parameters, int threads,
                                     size_t pes_sum_bytes)
    : config_(&config), parameters_(parameters), threads_(threads) {
  const uint32_t particles = config.estimator().particles();
  const uint32_t blocks = particles / block_particles();
  for (uint32_t block = 0; block < blocks; ++block) cursors_.emplace_back(config, block);
  episodes_.assign(blocks, ParticleEpisodes(static_cast<int>(block_particles())));
  if (config.estimator().has_pes() && sizeof(float) * particles * parameters <= pes_sum_bytes) {
    sums_.assign(particles, std::vector<float>(parameters));
  }
}

int64_t GradientEstimator::particle_start(size_t particle) const {
  return episodes_[particle / block_particles()].starts()[particle % block_particles()];
}

absl::Status GradientEstimator::Check(std::span<const ParticleScalars> particles) const {
  const uint32_t expected = config_->estimator().particles();
  if (particles.size() != expected) {
    return absl::InvalidArgumentError(fmt::format("outer step {}: scalars of {} particles, not {}",
                                                  step_, particles.size(), expected));
  }
  for (size_t i = 0; i < particles.size(); ++i) {
    const ParticleScalars& particle = particles[i];
    if (!std::isfinite(particle.sum_plus) || !std::isfinite(particle.sum_minus)) {
      return absl::InvalidArgumentError(
          fmt::format("outer step {}: loss sums of particle {} are {} and {}, not finite", step_, i,
                      particle.sum_plus, particle.sum_minus));
    }
    const int64_t steps = cursors_[i / block_particles()].window().inner_steps;
    if (particle.trained_steps != steps) {
      return absl::InvalidArgumentError(
          fmt::format("outer step {}: particle {} trained {} steps, but its window has {}", step_,
                      i, particle.trained_steps, steps));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<float>> GradientEstimator::Coefficients(
    std::span<const ParticleScalars> particles) const {
  // σ as the particles were perturbed with it.
  const double sigma = static_cast<float>(Sigma(config_->estimator()));
  const double divisor = 2 * sigma * static_cast<double>(TrainedSteps(particles));
  std::vector<float> coefficients;
  for (const ParticleScalars& particle : particles) {
    const double difference = particle.sum_plus - particle.sum_minus;
    coefficients.push_back(static_cast<float>(difference / divisor));
    if (!std::isfinite(coefficients.back())) {
      return absl::InvalidArgumentError(
          fmt::format("outer step {}: loss sums of particle {} are {} and {}, too far apart", step_,
                      coefficients.size() - 1, particle.sum_plus, particle.sum_minus));
    }
  }
  return coefficients;
}

absl::StatusOr<GradientEstimate> GradientEstimator::Estimate(
    std::span<const ParticleScalars> particles) {
  if (absl::Status status = Check(particles); !status.ok()) return status;
  const auto coefficients = Coefficients(particles);
  if (!coefficients.ok()) return coefficients.status();
  for (size_t block = 0; block < cursors_.size(); ++block) {
    episodes_[block].Begin(cursors_[block].window());
  }
  GradientEstimate estimate = Summary(particles);
  estimate.gradient.resize(parameters_);
  Accumulate(*coefficients, estimate.gradient);
  for (size_t i = 0; i < particles.size(); ++i) {
    const size_t block = i / block_particles();
    if (particles[i].diverged) {
      episodes_[block].MarkDiverged(static_cast<int>(i % block_particles()));
    }
  }
  for (EpisodeCursor& cursor : cursors_) cursor.Advance();
  ++step_;
  return estimate;
}

void GradientEstimator::Accumulate(std::span<const float> coefficients, std::span<float> gradient) {
  const int threads = WorthwhileThreads(threads_, coefficients.size() * gradient.size());
  ParallelFor(threads, gradient.size(), kGrain, [&](size_t begin, size_t end) {
    for (size_t tile = begin; tile < end; tile += kTile) {
      AddTerms(coefficients, tile, gradient.subspan(tile, std::min(kTile, end - tile)));
    }
  });
}

void GradientEstimator::AddTerms(std::span<const float> coefficients, size_t begin,
                                 std::span<float> gradient) {
  std::array<float, kTile> buffer;
  const std::span<float> tile = std::span(buffer).first(gradient.size());
  for (uint32_t i = 0; i < coefficients.size(); ++i) {
    if (!config_->estimator().has_pes()) {
      const Stream stream = PerturbationStream(*config_, i, step_, particle_start(i));
      AddScaledNormals(coefficients[i], stream, begin, gradient);
      continue;
    }
    const std::span<const float> sum = CreditedSum(i, begin, tile);
    for (size_t k = 0; k < gradient.size(); ++k) gradient[k] += coefficients[i] * sum[k];
  }
}

std::span<const float> GradientEstimator::CreditedSum(uint32_t particle, size_t begin,
                                                      std::span<float> tile) {
  const int64_t start = particle_start(particle);
  CreditedSteps steps = CreditOf(config_->estimator(), step_, start);
  const bool kept = !sums_.empty();
  const std::span<float> sum = kept ? std::span(sums_[particle]).subspan(begin, tile.size()) : tile;
  if (!kept || steps.first == step_) {
    std::ranges::fill(sum, 0.0f);
  } else {
    steps.first = step_;
  }
  for (int64_t step = steps.first; step <= steps.last; ++step) {
    AddScaledNormals(1.0f, PerturbationStream(*config_, particle, step, start), begin, sum);
  }
  return sum;
}

int64_t GradientEstimator::OldestEpisodeStart() const {
  int64_t oldest = step_;
  for (const EpisodeCursor& cursor : cursors_) {
    oldest = std::min(oldest, cursor.window().episode_start);
  }
  return oldest;
}

}  // namespace paceline
