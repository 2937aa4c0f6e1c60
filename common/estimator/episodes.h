// Where every block stands at every outer step: a pure function of the config.
//
// An episode's length T is drawn at its first window and rounded up to a multiple of W, so episodes
// begin and end on window borders. A block's first episode is cut to a length drawn uniformly from
// the multiples of W up to T, which spreads the population over all positions of an episode (NRES
// needs this). With full ES every outer step is a whole episode, uncut, and its window is its
// length.
#pragma once

#include <cstdint>
#include <vector>

#include "common/estimator/settings.h"
#include "common/noise/streams.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

// One window of one block. Its particles share all of it.
struct BlockWindow {
  int64_t step = 0;              // outer step
  int64_t episode_start = 0;     // outer step at which the episode began
  int64_t length_steps = 0;      // T: inner steps of the episode, after rounding and cutting
  int64_t first_inner_step = 0;  // inner steps done in the episode before this window
  int64_t inner_steps = 0;       // inner steps of this window
  int task = 0;                  // index into JobConfig.tasks

  bool begins_episode() const { return step == episode_start; }
  bool ends_episode() const { return first_inner_step + inner_steps == length_steps; }
  // T of the episode of a particle that began it at outer step `particle_start`, the block's or,
  // after a divergence, later.
  int64_t ParticleLength(int64_t particle_start) const {
    return length_steps - (particle_start - episode_start) * inner_steps;
  }
};

// Walks through the windows of one block, outer step by outer step.
class EpisodeCursor {
 public:
  // `config` is valid (common/config) and outlives the cursor. Starts at outer step 0.
  EpisodeCursor(const v1::JobConfig& config, uint32_t block);

  const BlockWindow& window() const { return window_; }
  void Advance();
  // To any step, forwards or back. Costs a random number per episode in between; going back further
  // than the open episode walks from step 0.
  void Seek(int64_t step);

 private:
  int64_t NextEpisode() const;
  // Opens the first window of the episode that begins at `step`, but for its task.
  void BeginEpisode(int64_t step);
  void DrawTask();

  const v1::JobConfig* config_;
  uint32_t block_;
  int64_t window_steps_;  // W, or 0 for full ES
  BlockWindow window_;
};

// At which outer step each particle of a block began its current episode: the block's, or later if
// the particle diverged and was restarted at a border. Worker and coordinator both keep one and
// agree, because it follows from the results alone.
class ParticleEpisodes {
 public:
  explicit ParticleEpisodes(int particles) : starts_(particles, 0), restart_(particles, false) {}

  // Opens the window: particles at an episode's beginning, or restarted, start at window.step.
  void Begin(const BlockWindow& window);
  // The particle diverged in the open window; it starts anew at the next one.
  void MarkDiverged(int particle) { restart_[particle] = true; }
  const std::vector<int64_t>& starts() const { return starts_; }
  // What starts() will have once the window is open.
  int64_t StartIn(const BlockWindow& window, int particle) const {
    return window.begins_episode() || restart_[particle] ? window.step : starts_[particle];
  }
  // True if the particle began its episode in the open window.
  bool JustBegan(int particle, const BlockWindow& window) const {
    return starts_[particle] == window.step;
  }
  // For checkpoints: state between two windows.
  const std::vector<bool>& pending_restarts() const { return restart_; }
  void Restore(std::vector<int64_t> starts, std::vector<bool> restarts);

 private:
  std::vector<int64_t> starts_;
  std::vector<bool> restart_;
};

// The outer step whose ε perturbs a particle at `step`: the first of the noise period that `step`
// is in. Periods (NoisePeriod) are counted from the particle's episode start.
int64_t PerturbationStep(const v1::Estimator& estimator, int64_t step, int64_t particle_start);

// The ε of a particle (index in the whole population) at `step`, in units of σ: FillNormals of this
// stream gives its P numbers.
Stream PerturbationStream(const v1::JobConfig& config, uint32_t particle, int64_t step,
                          int64_t particle_start);

// The credit rule: the scalars of a particle at `step` are multiplied by the sum of the ε of the
// noise periods that began at outer steps first, first + stride, ..., last. ε of a period that has
// ended counts for PES and GPES, not for truncated ES; NRES has one period.
struct CreditedNoise {
  int64_t first = 0;
  int64_t last = 0;
  int64_t stride = 1;
};
CreditedNoise CreditOf(const v1::Estimator& estimator, int64_t step, int64_t particle_start);

}  // namespace paceline
