#include "common/estimator/episode_book.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "common/estimator/aggregation.h"

namespace paceline {

EpisodeBook::EpisodeBook(const v1::JobConfig& config) : config_(&config) {
  const uint32_t blocks = config.estimator().particles() / block_particles();
  for (uint32_t block = 0; block < blocks; ++block) cursors_.emplace_back(config, block);
  episodes_.assign(blocks, ParticleEpisodes(static_cast<int>(block_particles())));
  next_.assign(blocks, 0);
}

int64_t EpisodeBook::OldestEpisodeStart() const {
  int64_t oldest = step_;
  for (const EpisodeCursor& cursor : cursors_) {
    oldest = std::min(oldest, cursor.window().episode_start);
  }
  return oldest;
}

int64_t EpisodeBook::start(uint32_t particle) const {
  return episodes_[particle / block_particles()].starts()[particle % block_particles()];
}

// ---- what counts

absl::Status EpisodeBook::CheckWindows(std::span<const CountedWindow> windows) const {
  if (IsStrict(*config_) && windows.size() != cursors_.size()) {
    return absl::InvalidArgumentError(fmt::format("outer step {}: windows of {} blocks, not of {}",
                                                  step_, windows.size(), cursors_.size()));
  }
  for (size_t i = 0; i < windows.size(); ++i) {
    const auto& [block, step] = windows[i];
    const bool rises = i == 0 || windows[i - 1] < windows[i];
    if (block < cursors_.size() && rises && step <= step_ && step_ - step <= MostAge(*config_)) {
      continue;
    }
    return absl::InvalidArgumentError(
        fmt::format("outer step {}: window {} of block {} cannot count", step_, step, block));
  }
  return absl::OkStatus();
}

absl::Status EpisodeBook::CheckParticle(const ParticleScalars& particle, size_t index,
                                        const BlockWindow& window) const {
  if (!std::isfinite(particle.sum_plus) || !std::isfinite(particle.sum_minus)) {
    return absl::InvalidArgumentError(
        fmt::format("outer step {}: loss sums of particle {} are {} and {}, not finite", step_,
                    index, particle.sum_plus, particle.sum_minus));
  }
  if (particle.trained_steps == window.inner_steps) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("outer step {}: particle {} trained {} steps, but its window has {}", step_,
                  index, particle.trained_steps, window.inner_steps));
}

bool EpisodeBook::CanHaveBegun(uint32_t block, std::span<const ParticleScalars> particles) const {
  const BlockWindow& window = cursors_[block].window();
  if (next_[block] == window.step) return true;
  const ParticleEpisodes& before = episodes_[block];
  for (size_t i = 0; i < particles.size(); ++i) {
    const int64_t began = particles[i].began;
    const bool goes_on = began == before.starts()[i] && !before.pending_restarts()[i];
    const bool in_between = began >= next_[block] && began <= window.step;
    if (began < window.episode_start || !(goes_on || in_between)) return false;
  }
  return true;
}

void EpisodeBook::SetStarts(uint32_t block, std::span<const ParticleScalars> particles) {
  std::vector<int64_t> starts;
  for (const ParticleScalars& particle : particles) starts.push_back(particle.began);
  episodes_[block].Restore(std::move(starts), std::vector<bool>(particles.size(), false));
}

absl::Status EpisodeBook::TakeWindow(uint32_t block, std::span<const ParticleScalars> particles,
                                     std::vector<CountedParticle>& counted) {
  const BlockWindow window = cursors_[block].window();
  const uint32_t first = block * block_particles();
  const bool follows = next_[block] == window.step;
  for (size_t i = 0; i < particles.size(); ++i) {
    absl::Status status = CheckParticle(particles[i], first + i, window);
    if (!status.ok()) return status;
  }
  if (!CanHaveBegun(block, particles)) {
    return absl::InvalidArgumentError(
        fmt::format("outer step {}: no episodes of block {} can have begun where its answer says",
                    step_, block));
  }
  if (!follows) SetStarts(block, particles);
  ParticleEpisodes& episodes = episodes_[block];
  episodes.Begin(window);
  for (size_t i = 0; i < particles.size(); ++i) {
    counted.push_back({.particle = first + static_cast<uint32_t>(i),
                       .window = window,
                       .start = episodes.starts()[i],
                       .age = step_ - window.step,
                       .follows = follows});
    if (particles[i].diverged) episodes.MarkDiverged(static_cast<int>(i));
  }
  next_[block] = window.step + 1;
  if (IsAsync(*config_)) cursors_[block].Advance();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<CountedParticle>> EpisodeBook::Take(
    std::span<const ParticleScalars> particles, std::span<const CountedWindow> windows) {
  std::vector<CountedWindow> all;
  if (windows.empty()) {
    for (uint32_t block = 0; block < blocks(); ++block) all.push_back({block, step_});
    windows = all;
  }
  if (particles.size() != windows.size() * block_particles()) {
    return absl::InvalidArgumentError(fmt::format("outer step {}: scalars of {} particles, not {}",
                                                  step_, particles.size(),
                                                  windows.size() * block_particles()));
  }
  if (absl::Status status = CheckWindows(windows); !status.ok()) return status;
  std::vector<CountedParticle> counted;
  counted.reserve(particles.size());
  for (const CountedWindow& window : windows) {
    if (cursors_[window.block].window().step != window.step) {
      return absl::InvalidArgumentError(
          fmt::format("outer step {}: window {} of block {} does not follow the last one", step_,
                      window.step, window.block));
    }
    const auto own = particles.first(block_particles());
    if (absl::Status status = TakeWindow(window.block, own, counted); !status.ok()) return status;
    particles = particles.subspan(block_particles());
  }
  ++step_;
  if (!IsAsync(*config_)) {
    for (EpisodeCursor& cursor : cursors_) cursor.Advance();
  }
  return counted;
}

// ---- state

EpisodeBook::State EpisodeBook::Save() const {
  State state{.step = step_, .particle_starts = {}, .pending_restarts = {}};
  for (const ParticleEpisodes& block : episodes_) {
    state.particle_starts.insert(state.particle_starts.end(), block.starts().begin(),
                                 block.starts().end());
    state.pending_restarts.insert(state.pending_restarts.end(), block.pending_restarts().begin(),
                                  block.pending_restarts().end());
  }
  const bool in_step = std::ranges::all_of(next_, [this](int64_t next) { return next == step_; });
  if (!in_step) state.next_windows = next_;
  return state;
}

absl::Status EpisodeBook::CheckState(const State& state) const {
  const size_t particles = config_->estimator().particles();
  if (state.step < 0 || state.particle_starts.size() != particles ||
      state.pending_restarts.size() != particles) {
    return absl::InvalidArgumentError(
        fmt::format("estimator state of step {} is of {} particles; this job has {}", state.step,
                    state.particle_starts.size(), particles));
  }
  const std::vector<int64_t>& next = state.next_windows;
  const bool may_lag = !IsStrict(*config_);
  if (!next.empty() && (!may_lag || next.size() != cursors_.size())) {
    return absl::InvalidArgumentError(fmt::format(
        "estimator state of step {} says where {} blocks are; this job has {}, {}", state.step,
        next.size(), cursors_.size(), may_lag ? "each where it is" : "all of them at that step"));
  }
  for (const int64_t window : next) {
    if (window >= 0 && window <= state.step) continue;
    return absl::InvalidArgumentError(
        fmt::format("estimator state of step {}: no block can be at {}", state.step, window));
  }
  return absl::OkStatus();
}

absl::Status EpisodeBook::Restore(const State& state) {
  if (absl::Status status = CheckState(state); !status.ok()) return status;
  EpisodeBook restored(*config_);
  restored.step_ = state.step;
  restored.next_ = state.next_windows;
  restored.next_.resize(cursors_.size(), state.step);
  for (size_t block = 0; block < cursors_.size(); ++block) {
    // The starts are those of the last window that counted.
    EpisodeCursor& cursor = restored.cursors_[block];
    const int64_t last = std::max<int64_t>(0, restored.next_[block] - 1);
    cursor.Seek(last);
    const size_t first = block * block_particles();
    const auto starts = std::span(state.particle_starts).subspan(first, block_particles());
    std::vector<bool> restarts;
    for (size_t i = 0; i < starts.size(); ++i) {
      restarts.push_back(state.pending_restarts[first + i]);
      if (starts[i] >= cursor.window().episode_start && starts[i] <= last) continue;
      return absl::InvalidArgumentError(fmt::format(
          "estimator state of step {}: particle {} began its episode at step {}, outside {} to {}",
          state.step, first + i, starts[i], cursor.window().episode_start, last));
    }
    restored.episodes_[block].Restore({starts.begin(), starts.end()}, std::move(restarts));
    cursor.Seek(IsAsync(*config_) ? restored.next_[block] : state.step);
  }
  *this = std::move(restored);
  return absl::OkStatus();
}

}  // namespace paceline
