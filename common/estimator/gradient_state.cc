// Saving and restoring a GradientEstimator.
#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "common/base/parallel.h"
#include "common/estimator/gradient.h"

namespace paceline {

GradientEstimator::State GradientEstimator::Save() const {
  State state;
  state.step = step_;
  for (const ParticleEpisodes& block : episodes_) {
    state.particle_starts.insert(state.particle_starts.end(), block.starts().begin(),
                                 block.starts().end());
    state.pending_restarts.insert(state.pending_restarts.end(), block.pending_restarts().begin(),
                                  block.pending_restarts().end());
  }
  return state;
}

absl::Status GradientEstimator::CheckState(const State& state,
                                           std::vector<EpisodeCursor>& cursors) const {
  const size_t particles = config_->estimator().particles();
  if (state.step < 0 || state.particle_starts.size() != particles ||
      state.pending_restarts.size() != particles) {
    return absl::InvalidArgumentError(
        fmt::format("estimator state of step {} is of {} particles; this job has {}", state.step,
                    state.particle_starts.size(), particles));
  }
  // The starts are those of the window before, the one that has been estimated last.
  const int64_t previous = std::max<int64_t>(0, state.step - 1);
  for (EpisodeCursor& cursor : cursors) cursor.Seek(previous);
  for (size_t i = 0; i < particles; ++i) {
    const int64_t oldest = cursors[i / block_particles()].window().episode_start;
    const int64_t start = state.particle_starts[i];
    if (start < oldest || start > previous) {
      return absl::InvalidArgumentError(fmt::format(
          "estimator state of step {}: particle {} began its episode at step {}, outside {} to {}",
          state.step, i, start, oldest, previous));
    }
  }
  for (EpisodeCursor& cursor : cursors) cursor.Seek(state.step);
  return absl::OkStatus();
}

absl::Status GradientEstimator::Restore(const State& state) {
  std::vector<EpisodeCursor> cursors = cursors_;
  if (absl::Status status = CheckState(state, cursors); !status.ok()) return status;
  for (size_t block = 0; block < cursors.size(); ++block) {
    const auto first = static_cast<std::ptrdiff_t>(block * block_particles());
    const auto last = first + block_particles();
    const auto starts = state.particle_starts.begin();
    const auto restarts = state.pending_restarts.begin();
    episodes_[block].Restore({starts + first, starts + last}, {restarts + first, restarts + last});
  }
  cursors_ = std::move(cursors);
  step_ = state.step;
  RegenerateSums();
  return absl::OkStatus();
}

void GradientEstimator::RegenerateSums() {
  ParallelFor(threads_, sums_.size(), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      std::ranges::fill(sums_[i], 0.0f);
      const int64_t start = particle_start(i);
      const int64_t stride = NoisePeriod(config_->estimator());
      for (int64_t step = start; step < step_; step += stride) {
        AddScaledNormals(1.0f, PerturbationStream(*config_, static_cast<uint32_t>(i), step, start),
                         0, sums_[i]);
      }
    }
  });
}

}  // namespace paceline
