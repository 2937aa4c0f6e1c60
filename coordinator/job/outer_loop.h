// Outer training of one job as a deterministic machine: scalars in, θ out. A job that runs and a
// replay of what is stored of it are the same machine fed from two places.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/estimator/gradient.h"
#include "coordinator/outer/trainer.h"
#include "coordinator/store/checkpoint.h"
#include "paceline/v1/job.pb.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

// Not thread-safe.
class OuterLoop {
 public:
  // At θ_0. `config` is valid; `threads` changes the speed only.
  OuterLoop(std::string job, const v1::JobConfig& config, int threads);
  OuterLoop(const OuterLoop&) = delete;
  OuterLoop& operator=(const OuterLoop&) = delete;

  // To a state that Save gave. InvalidArgument if it does not fit the config.
  absl::Status Restore(const TrainingState& state);
  TrainingState Save() const;

  // Outer steps done; also the step whose windows are at hand.
  int64_t step() const { return step_; }
  bool done() const { return step_ >= config_.outer().steps(); }
  std::span<const float> theta() const { return theta_; }
  uint64_t theta_hash() const { return theta_hash_; }
  uint32_t blocks() const { return estimator_.blocks(); }
  const BlockWindow& window(uint32_t block) const { return estimator_.window(block); }
  int64_t OldestEpisodeStart() const { return estimator_.OldestEpisodeStart(); }
  // As EpisodeBook::CanHaveBegun.
  bool CanHaveBegun(uint32_t block, std::span<const ParticleScalars> particles) const {
    return estimator_.CanHaveBegun(block, particles);
  }

  // From θ_t to θ_{t+1} by the scalars of the windows that count (GradientEstimator::Estimate). The
  // record has all that follows from them; its times and counts of messages are the caller's to
  // fill. After an error the loop is of no further use: the job cannot go on.
  absl::StatusOr<v1::OuterStepRecord> Advance(std::span<const ParticleScalars> particles,
                                              std::span<const CountedWindow> windows = {});

 private:
  const std::string job_;
  const v1::JobConfig config_;
  int64_t step_ = 0;
  std::vector<float> theta_;
  uint64_t theta_hash_;
  GradientEstimator estimator_;
  OuterTrainer trainer_;
};

// The oldest outer step whose θ can be needed to re-make the blocks as they stand at `step`.
int64_t OldestEpisodeStartAt(const v1::JobConfig& config, int64_t step);

}  // namespace paceline
