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
// Without antithetic pairs Σ w·S⁺·v / σ² takes the numerator's place. Of a leaf with a σ of its
// own, ε and σ are its own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "common/estimator/coefficients.h"
#include "common/estimator/episodes.h"
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

  // `config` outlives the estimator. `parameters` is P.
  GradientEstimator(const v1::JobConfig& config, size_t parameters, int threads,
                    size_t sum_bytes = kSumBytes);

  // Outer step that the next Estimate call is about.
  int64_t step() const { return step_; }
  // Scalars of all particles of outer step step(), in order; moves on to the next step.
  // InvalidArgument (and nothing changed) if their number, a step count or a value is impossible.
  absl::StatusOr<GradientEstimate> Estimate(std::span<const ParticleScalars> particles);

  // What a checkpoint must hold beside θ: the particles' episode starts and pending restarts before
  // step(). The sums are regenerated from them.
  struct State {
    int64_t step = 0;
    std::vector<int64_t> particle_starts;  // [particle]
    std::vector<bool> pending_restarts;
    bool operator==(const State&) const = default;
  };
  State Save() const;
  // InvalidArgument (and nothing changed) if no run of this config can have been in that state.
  absl::Status Restore(const State& state);

  // The earliest outer step whose θ a worker may need to re-make some block at step().
  int64_t OldestEpisodeStart() const;
  const BlockWindow& window(uint32_t block) const { return cursors_[block].window(); }
  uint32_t blocks() const { return static_cast<uint32_t>(cursors_.size()); }

 private:
  uint32_t block_particles() const { return config_->estimator().block(); }
  int64_t particle_start(size_t particle) const;
  absl::Status Check(std::span<const ParticleScalars> particles) const;
  // Of a particle's trained steps at step().
  std::vector<double> Weights() const;
  // How many inner steps each particle's sums are the loss of (OuterLossOf).
  std::vector<int64_t> LossSteps(std::span<const ParticleScalars> particles) const;
  std::vector<std::optional<OuterLoss>> TaskLosses(std::span<const ParticleScalars> particles,
                                                   std::span<const double> weights,
                                                   std::span<const int64_t> loss_steps) const;
  absl::Status CheckCoefficients(std::span<const float> coefficients,
                                 std::span<const ParticleScalars> particles) const;
  void Accumulate(std::span<const float> coefficients, std::span<float> gradient);
  // Adds all particles' terms on [begin, begin + gradient.size()) of θ, and extends the sums.
  void AddTerms(std::span<const float> coefficients, size_t begin, std::span<float> gradient);
  // The noise credited to a particle, on a range of θ, by extending the sum that is kept or in
  // `tile`.
  std::span<const float> CreditedSum(uint32_t particle, size_t begin, std::span<float> tile);
  // Errors of Restore; moves the cursors to state.step.
  absl::Status CheckState(const State& state, std::vector<EpisodeCursor>& cursors) const;
  void RegenerateSums();

  const v1::JobConfig* config_;
  size_t parameters_;
  int threads_;
  int64_t step_ = 0;
  std::vector<EpisodeCursor> cursors_;
  std::vector<ParticleEpisodes> episodes_;  // [block]
  std::vector<std::vector<float>> sums_;    // [particle][P] if sums are kept, else empty
  std::vector<LeafSigma> leaf_sigmas_;
};

}  // namespace paceline
