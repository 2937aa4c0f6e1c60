// From scalars to the antithetic ES gradient.
//
//   gradient = Σ_i w_i·(S⁺_i − S⁻_i)·v_i / (2σ²)  /  Σ_i w_i·n_i
//
// over the particles i in order, S± the sums of the objective over the n_i trained steps of the
// window, and v_i the perturbation credited (CreditOf): ε of the window (truncated and full ES),
// the sum of the ε of the episode so far (PES; Vicol et al. 2021; GPES), the episode's single ε
// (NRES; Li et al. 2023). The episode is the one that the *steps* belong to; as episodes begin and
// end on window borders, it is one per window. The weight w_i is 1, or 1/T of the episode where
// episodes are to weigh the same. The denominator is global, so that windows weigh by their steps.
// Without antithetic pairs Σ w·S⁺·v / σ² takes the numerator's place. Differences may be clipped or
// shaped first (LossDifferences). Of a leaf with a σ of its
// own, ε and σ are its own. Where not all windows of an outer step count, or older ones do too
// (episode_book.h), the sums are over those that count, and a window of age a weighs age_decay^a.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "common/estimator/coefficients.h"
#include "common/estimator/episode_book.h"
#include "common/estimator/leaf_sigma.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

struct GradientEstimate {
  std::vector<float> gradient;  // [P], per trained step
  // Per trained step or, of an objective that an episode has as a whole, over the episodes that
  // ended in this step; absent if none did.
  std::optional<OuterLoss> loss;
  // The same of the particles of each of the config's tasks; absent where this step had none.
  std::vector<std::optional<OuterLoss>> task_losses;  // [task]
  uint64_t inner_steps = 0;                           // of all runs
  uint32_t diverged = 0;
  // Of the gradient, summed over its elements: n/(n−1)·(Σ‖g_i‖² − ‖Σ g_i‖²/n), g_i the terms of the
  // n particles, as if these were independent. Of θ of more than kExactSquares elements (or whose
  // sums are not kept) the squares of the noise are taken as expected, which is right to 2/P.
  // Absent of one particle.
  std::optional<double> variance = {};
};

// The coordinator's side of one job's estimator. Not thread-safe; uses `threads` threads inside,
// over ranges of θ, so the result does not depend on their number.
//
// A thread holds the noise of at most one tile of θ at a time. The sums over the episode so far of
// PES and GPES are kept from step to step while all of them take at most `sum_bytes`, else made
// anew for each tile (the same bits, at the cost of the episode's noise periods so far).
class GradientEstimator {
 public:
  static constexpr size_t kSumBytes = size_t{256} << 20;
  static constexpr size_t kExactSquares = 256;

  // `config` outlives the estimator. `parameters` is P.
  GradientEstimator(const v1::JobConfig& config, size_t parameters, int threads,
                    size_t sum_bytes = kSumBytes);

  // Outer step that the next Estimate call is about.
  int64_t step() const { return book_.step(); }
  // Scalars of the particles of the windows that count, in order; without windows, of all blocks'
  // at step(). Moves on to the next step. InvalidArgument (and nothing changed) if their number, a
  // window, a step count or a value is impossible.
  absl::StatusOr<GradientEstimate> Estimate(std::span<const ParticleScalars> particles,
                                            std::span<const CountedWindow> windows = {});

  // What a checkpoint must hold beside θ. The sums are regenerated from it.
  using State = EpisodeBook::State;
  State Save() const { return book_.Save(); }
  // As EpisodeBook::Restore.
  absl::Status Restore(const State& state);

  // The earliest outer step whose θ a worker may need to re-make some block for its next window.
  int64_t OldestEpisodeStart() const { return book_.OldestEpisodeStart(); }
  bool CanHaveBegun(uint32_t block, std::span<const ParticleScalars> particles) const {
    return book_.CanHaveBegun(block, particles);
  }
  // That may count next.
  const BlockWindow& window(uint32_t block) const { return book_.window(block); }
  uint32_t blocks() const { return book_.blocks(); }

 private:
  using Counted = std::span<const CountedParticle>;
  // Of a particle's trained steps.
  std::vector<double> Weights(Counted counted) const;
  // How many inner steps each particle's sums are the loss of (OuterLossOf).
  std::vector<int64_t> LossSteps(Counted counted, std::span<const ParticleScalars> particles) const;
  std::vector<std::optional<OuterLoss>> TaskLosses(Counted counted,
                                                   std::span<const ParticleScalars> particles,
                                                   std::span<const double> weights,
                                                   std::span<const int64_t> loss_steps) const;
  absl::Status CheckCoefficients(std::span<const float> coefficients,
                                 std::span<const ParticleScalars> particles) const;
  void Accumulate(std::span<const float> coefficients, Counted counted, std::span<float> gradient);
  // Adds all terms on [begin, begin + gradient.size()) of θ, and extends the sums.
  void AddTerms(std::span<const float> coefficients, Counted counted, size_t begin,
                std::span<float> gradient);
  // The noise credited to a particle, on a range of θ, by extending the sum that is kept or in
  // `tile`.
  std::span<const float> CreditedSum(const CountedParticle& particle, size_t begin,
                                     std::span<float> tile);
  void RegenerateSums();
  std::optional<double> Variance(std::span<const float> coefficients, Counted counted,
                                 std::span<const float> gradient) const;
  // ‖v_i‖² after its term was added, elements of leaves with a σ of their own in units of the
  // common one.
  double SquareOf(const CountedParticle& particle) const;
  double ExpectedSquare(int64_t draws) const;

  const v1::JobConfig* config_;
  size_t parameters_;
  int threads_;
  EpisodeBook book_;
  std::vector<std::vector<float>> sums_;  // [particle][P] if sums are kept, else empty
  std::vector<LeafSigma> leaf_sigmas_;
};

}  // namespace paceline
