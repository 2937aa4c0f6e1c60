#include "common/estimator/gradient.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "common/base/parallel.h"
#include "common/estimator/aggregation.h"
#include "common/estimator/settings.h"

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
    : config_(&config), parameters_(parameters), threads_(threads), book_(config) {
  const uint32_t particles = config.estimator().particles();
  if (CreditsWholeEpisode(config.estimator()) &&
      sizeof(float) * particles * parameters <= sum_bytes) {
    sums_.assign(particles, std::vector<float>(parameters));
  }
  if (config.estimator().leaf_sigma_size() > 0) {
    leaf_sigmas_ = LeafSigmas(config.estimator(), LayoutOf(config.optimizer()));
  }
}

std::vector<double> GradientEstimator::Weights(Counted counted) const {
  std::vector<double> weights;
  weights.reserve(counted.size());
  const bool by_episode = EpisodeWeighted(config_->estimator());
  for (const CountedParticle& own : counted) {
    const double weight = AgeWeight(*config_, own.age);
    const auto length = static_cast<double>(own.window.ParticleLength(own.start));
    weights.push_back(by_episode ? weight / length : weight);
  }
  return weights;
}

std::vector<int64_t> GradientEstimator::LossSteps(
    Counted counted, std::span<const ParticleScalars> particles) const {
  std::vector<int64_t> steps;
  steps.reserve(counted.size());
  const bool of_episodes = HasEpisodeObjective(*config_);
  for (size_t i = 0; i < particles.size(); ++i) {
    const auto& [particle, window, start, age, follows] = counted[i];
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
    Counted counted, std::span<const ParticleScalars> particles, std::span<const double> weights,
    std::span<const int64_t> loss_steps) const {
  std::vector<std::optional<OuterLoss>> losses;
  for (int task = 0; task < config_->tasks_size(); ++task) {
    // Those of another task are left out.
    std::vector<int64_t> own(loss_steps.begin(), loss_steps.end());
    for (size_t i = 0; i < own.size(); ++i) {
      if (counted[i].window.task != task) own[i] = 0;
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
        fmt::format("outer step {}: loss sums of particle {} are {} and {}, too far apart", step(),
                    i, particles[i].sum_plus, particles[i].sum_minus));
  }
  return absl::OkStatus();
}

absl::StatusOr<GradientEstimate> GradientEstimator::Estimate(
    std::span<const ParticleScalars> particles, std::span<const CountedWindow> windows) {
  EpisodeBook next = book_;
  const auto counted = next.Take(particles, windows);
  if (!counted.ok()) return counted.status();
  const std::vector<double> weights = Weights(*counted);
  const StepCounts counts = CountSteps(config_->estimator(), particles, weights);
  std::vector<int> tasks;
  for (const CountedParticle& own : *counted) tasks.push_back(own.window.task);
  const std::vector<float> coefficients =
      Coefficients(config_->estimator(), particles, tasks, weights, counts.weighted_steps);
  if (absl::Status status = CheckCoefficients(coefficients, particles); !status.ok()) {
    return status;
  }
  const std::vector<int64_t> loss_steps = LossSteps(*counted, particles);
  GradientEstimate estimate = {
      .gradient = std::vector<float>(parameters_),
      .loss = OuterLossOf(config_->estimator(), particles, weights, loss_steps),
      .task_losses = TaskLosses(*counted, particles, weights, loss_steps),
      .inner_steps = counts.inner_steps,
      .diverged = counts.diverged};
  Accumulate(coefficients, *counted, estimate.gradient);
  estimate.variance = Variance(coefficients, *counted, estimate.gradient);
  book_ = std::move(next);
  return estimate;
}

void GradientEstimator::Accumulate(std::span<const float> coefficients, Counted counted,
                                   std::span<float> gradient) {
  const int threads = WorthwhileThreads(threads_, coefficients.size() * gradient.size());
  ParallelFor(threads, gradient.size(), kGrain, [&](size_t begin, size_t end) {
    for (size_t tile = begin; tile < end; tile += kTile) {
      AddTerms(coefficients, counted, tile, gradient.subspan(tile, std::min(kTile, end - tile)));
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

void GradientEstimator::AddTerms(std::span<const float> coefficients, Counted counted, size_t begin,
                                 std::span<float> gradient) {
  std::array<float, kTile> buffer;
  const std::span<float> tile = std::span(buffer).first(gradient.size());
  for (size_t i = 0; i < coefficients.size(); ++i) {
    const CountedParticle& own = counted[i];
    if (!CreditsWholeEpisode(config_->estimator())) {
      const Stream stream = PerturbationStream(*config_, own.particle, own.window.step, own.start);
      AddScaledNormals(coefficients[i], stream, begin, gradient);
      continue;
    }
    const std::span<const float> sum = CreditedSum(own, begin, tile);
    for (size_t k = 0; k < gradient.size(); ++k) gradient[k] += coefficients[i] * sum[k];
  }
}

std::span<const float> GradientEstimator::CreditedSum(const CountedParticle& own, size_t begin,
                                                      std::span<float> tile) {
  const int64_t window = own.window.step;
  CreditedNoise credit = CreditOf(config_->estimator(), window, own.start);
  const bool kept = !sums_.empty();
  const std::span<float> sum =
      kept ? std::span(sums_[own.particle]).subspan(begin, tile.size()) : tile;
  if (!kept || own.start == window || !own.follows) {
    std::ranges::fill(sum, 0.0f);
  } else {
    // What is kept has all but the noise that begins here.
    credit.first = credit.last == window ? window : credit.last + credit.stride;
  }
  for (int64_t step = credit.first; step <= credit.last; step += credit.stride) {
    AddScaledNormals(1.0f, PerturbationStream(*config_, own.particle, step, own.start), begin, sum);
  }
  return sum;
}

std::optional<double> GradientEstimator::Variance(std::span<const float> coefficients,
                                                  Counted counted,
                                                  std::span<const float> gradient) const {
  const auto n = static_cast<double>(coefficients.size());
  if (n < 2) return std::nullopt;
  double terms = 0, sum = 0;
  for (size_t i = 0; i < coefficients.size(); ++i) {
    if (coefficients[i] == 0) continue;
    terms += static_cast<double>(coefficients[i]) * coefficients[i] * SquareOf(counted[i]);
  }
  for (const float g : gradient) sum += static_cast<double>(g) * g;
  return std::max(0.0, n / (n - 1) * (terms - sum / n));
}

double GradientEstimator::SquareOf(const CountedParticle& own) const {
  const CreditedNoise credit = CreditOf(config_->estimator(), own.window.step, own.start);
  const int64_t draws = (credit.last - credit.first) / credit.stride + 1;
  const bool kept = !sums_.empty();
  if (parameters_ > kExactSquares || (!kept && draws > 1)) return ExpectedSquare(draws);
  std::array<float, kExactSquares> buffer{};
  const std::span<float> sum = std::span(buffer).first(parameters_);
  if (kept) {
    std::ranges::copy(sums_[own.particle], sum.begin());
  } else {
    const Stream stream = PerturbationStream(*config_, own.particle, credit.last, own.start);
    AddScaledNormals(1.0f, stream, 0, sum);
  }
  const double sigma = static_cast<float>(Sigma(config_->estimator()));
  for (const LeafSigma& leaf : leaf_sigmas_) {
    for (float& v : sum.subspan(leaf.offset, leaf.size)) {
      v = static_cast<float>(v * (sigma / leaf.sigma));
    }
  }
  double square = 0;
  for (const float v : sum) square += static_cast<double>(v) * v;
  return square;
}

double GradientEstimator::ExpectedSquare(int64_t draws) const {
  auto elements = static_cast<double>(parameters_);
  const double sigma = static_cast<float>(Sigma(config_->estimator()));
  for (const LeafSigma& leaf : leaf_sigmas_) {
    const double scale = sigma / leaf.sigma;
    elements += static_cast<double>(leaf.size) * (scale * scale - 1);
  }
  return elements * static_cast<double>(draws);
}

absl::Status GradientEstimator::Restore(const State& state) {
  if (absl::Status status = book_.Restore(state); !status.ok()) return status;
  RegenerateSums();
  return absl::OkStatus();
}

// Up to the windows that counted last.
void GradientEstimator::RegenerateSums() {
  const int64_t stride = NoisePeriod(config_->estimator());
  ParallelFor(threads_, sums_.size(), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      std::ranges::fill(sums_[i], 0.0f);
      const auto particle = static_cast<uint32_t>(i);
      const int64_t start = book_.start(particle);
      for (int64_t step = start; step < book_.next(particle); step += stride) {
        AddScaledNormals(1.0f, PerturbationStream(*config_, particle, step, start), 0, sums_[i]);
      }
    }
  });
}

}  // namespace paceline
