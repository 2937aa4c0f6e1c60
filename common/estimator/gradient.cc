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

}  // namespace

GradientEstimator::GradientEstimator(const v1::JobConfig& config, size_t parameters, int threads,
                                     size_t sum_bytes)
    : config_(&config), parameters_(parameters), threads_(threads) {
  const uint32_t particles = config.estimator().particles();
  const uint32_t blocks = particles / block_particles();
  for (uint32_t block = 0; block < blocks; ++block) cursors_.emplace_back(config, block);
  episodes_.assign(blocks, ParticleEpisodes(static_cast<int>(block_particles())));
  if (CreditsWholeEpisode(config.estimator()) &&
      sizeof(float) * particles * parameters <= sum_bytes) {
    sums_.assign(particles, std::vector<float>(parameters));
  }
  if (config.estimator().leaf_sigma_size() > 0) {
    leaf_sigmas_ = LeafSigmas(config.estimator(), LayoutOf(config.optimizer()));
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

std::vector<double> GradientEstimator::Weights() const {
  std::vector<double> weights(config_->estimator().particles(), 1);
  if (!EpisodeWeighted(config_->estimator())) return weights;
  for (size_t i = 0; i < weights.size(); ++i) {
    const size_t block = i / block_particles();
    const BlockWindow& window = cursors_[block].window();
    const int64_t start = episodes_[block].StartIn(window, static_cast<int>(i % block_particles()));
    weights[i] = 1 / static_cast<double>(window.ParticleLength(start));
  }
  return weights;
}

std::vector<int64_t> GradientEstimator::LossSteps(
    std::span<const ParticleScalars> particles) const {
  std::vector<int64_t> steps;
  const bool of_episodes = HasEpisodeObjective(*config_);
  for (size_t i = 0; i < particles.size(); ++i) {
    const size_t block = i / block_particles();
    const BlockWindow& window = cursors_[block].window();
    const int64_t start = episodes_[block].StartIn(window, static_cast<int>(i % block_particles()));
    if (!of_episodes) {
      steps.push_back(window.inner_steps);
    } else if (particles[i].diverged) {
      steps.push_back((window.step - start + 1) * window.inner_steps);
    } else {
      steps.push_back(window.ends_episode() ? window.ParticleLength(start) : 0);
    }
  }
  return steps;
}

std::vector<std::optional<OuterLoss>> GradientEstimator::TaskLosses(
    std::span<const ParticleScalars> particles, std::span<const double> weights,
    std::span<const int64_t> loss_steps) const {
  std::vector<std::optional<OuterLoss>> losses;
  for (int task = 0; task < config_->tasks_size(); ++task) {
    // Those of another task are left out.
    std::vector<int64_t> own(loss_steps.begin(), loss_steps.end());
    for (size_t i = 0; i < own.size(); ++i) {
      if (cursors_[i / block_particles()].window().task != task) own[i] = 0;
    }
    losses.push_back(OuterLossOf(config_->estimator(), particles, weights, own));
  }
  return losses;
}

absl::Status GradientEstimator::CheckCoefficients(
    std::span<const float> coefficients, std::span<const ParticleScalars> particles) const {
  for (size_t i = 0; i < coefficients.size(); ++i) {
    if (std::isfinite(coefficients[i])) continue;
    return absl::InvalidArgumentError(
        fmt::format("outer step {}: loss sums of particle {} are {} and {}, too far apart", step_,
                    i, particles[i].sum_plus, particles[i].sum_minus));
  }
  return absl::OkStatus();
}

absl::StatusOr<GradientEstimate> GradientEstimator::Estimate(
    std::span<const ParticleScalars> particles) {
  if (absl::Status status = Check(particles); !status.ok()) return status;
  const std::vector<double> weights = Weights();
  const StepCounts counts = CountSteps(config_->estimator(), particles, weights);
  const std::vector<float> coefficients =
      Coefficients(config_->estimator(), particles, weights, counts.weighted_steps);
  if (absl::Status status = CheckCoefficients(coefficients, particles); !status.ok()) {
    return status;
  }
  for (size_t block = 0; block < cursors_.size(); ++block) {
    episodes_[block].Begin(cursors_[block].window());
  }
  const std::vector<int64_t> loss_steps = LossSteps(particles);
  GradientEstimate estimate = {
      .gradient = std::vector<float>(parameters_),
      .loss = OuterLossOf(config_->estimator(), particles, weights, loss_steps),
      .task_losses = TaskLosses(particles, weights, loss_steps),
      .inner_steps = counts.inner_steps,
      .diverged = counts.diverged};
  Accumulate(coefficients, estimate.gradient);
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
  // The coefficients are by the common σ.
  const double sigma = static_cast<float>(Sigma(config_->estimator()));
  for (const LeafSigma& leaf : leaf_sigmas_) {
    for (float& g : gradient.subspan(leaf.offset, leaf.size)) {
      g = static_cast<float>(g * (sigma / leaf.sigma));
    }
  }
}

void GradientEstimator::AddTerms(std::span<const float> coefficients, size_t begin,
                                 std::span<float> gradient) {
  std::array<float, kTile> buffer;
  const std::span<float> tile = std::span(buffer).first(gradient.size());
  for (uint32_t i = 0; i < coefficients.size(); ++i) {
    if (!CreditsWholeEpisode(config_->estimator())) {
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
  CreditedNoise credit = CreditOf(config_->estimator(), step_, start);
  const bool kept = !sums_.empty();
  const std::span<float> sum = kept ? std::span(sums_[particle]).subspan(begin, tile.size()) : tile;
  if (!kept || start == step_) {
    std::ranges::fill(sum, 0.0f);
  } else {
    // What is kept has all but the noise that begins here.
    credit.first = credit.last == step_ ? step_ : credit.last + credit.stride;
  }
  for (int64_t step = credit.first; step <= credit.last; step += credit.stride) {
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
