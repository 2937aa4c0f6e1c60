// Block's way to and from a snapshot.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "worker/engine/block.h"

namespace paceline {

absl::StatusOr<TensorFile> Block::Save() const {
  if (next_step_ < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("block ", block_, " has run no window, so there is nothing to save"));
  }
  BlockState state{.starts = episodes_.starts(),
                   .restarts = episodes_.pending_restarts(),
                   .rows = {},
                   .progress = values_->progress()};
  for (size_t run = 0; run < thetas_.size(); ++run) {
    absl::StatusOr<RunRow> row = runs_->Save(static_cast<int>(run));
    if (!row.ok()) return row.status();
    state.rows.push_back(*std::move(row));
  }
  return ToTensors(state);
}

absl::Status Block::Restore(int64_t next_step, const TensorFileView& saved) {
  auto state = FromTensors(saved, particles_, static_cast<int>(thetas_.size()));
  if (!state.ok()) return state.status();
  if (next_step <= EpisodeStart(next_step)) {
    return absl::InvalidArgumentError(absl::StrCat("block ", block_, " begins an episode at step ",
                                                   next_step, ", where no state is carried on"));
  }
  cursor_.Seek(next_step - 1);
  const BlockWindow& window = cursor_.window();
  const bool possible = std::ranges::all_of(state->starts, [&](int64_t start) {
    return start >= window.episode_start && start <= window.step;
  });
  if (!possible) {
    return absl::InvalidArgumentError(
        absl::StrCat("a particle of block ", block_, " began outside of its episode"));
  }
  next_step_ = -1;
  if (absl::Status status = OpenTask(window); !status.ok()) return status;
  for (int i = 0; i < particles_; ++i) {
    if (absl::Status status = RestoreParticle(i, window, *state); !status.ok()) return status;
  }
  episodes_.Restore(std::move(state->starts), std::move(state->restarts));
  values_->Restore(std::move(state->progress));
  next_step_ = next_step;
  return absl::OkStatus();
}

absl::Status Block::RestoreParticle(int particle, const BlockWindow& window,
                                    const BlockState& state) {
  const int64_t start = state.starts[particle];
  const int64_t steps_done = (window.step + 1 - start) * window.inner_steps;
  for (int i = 0; i < runs_per_particle_; ++i) {
    const int run = particle * runs_per_particle_ + i;
    absl::Status status = runs_->Start(run, SeedOf(particle, start), window.ParticleLength(start));
    if (status.ok()) status = runs_->Restore(run, steps_done, state.rows[run]);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace paceline
