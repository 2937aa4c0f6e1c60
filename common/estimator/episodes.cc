#include "common/estimator/episodes.h"

#include <utility>

#include "common/estimator/lengths.h"

namespace paceline {

EpisodeCursor::EpisodeCursor(const v1::JobConfig& config, uint32_t block)
    : config_(&config), block_(block), window_steps_(WindowSteps(config.estimator())) {
  BeginEpisode(0);
  DrawTask();
}

int64_t EpisodeCursor::NextEpisode() const {
  return window_.episode_start + window_.length_steps / window_.inner_steps;
}

void EpisodeCursor::BeginEpisode(int64_t step) {
  window_.step = window_.episode_start = step;
  window_.length_steps = EpisodeLength(*config_, block_, step);
  window_.first_inner_step = 0;
  window_.inner_steps = window_steps_ == 0 ? window_.length_steps : window_steps_;
}

void EpisodeCursor::DrawTask() {
  window_.task = EpisodeTask(*config_, block_, window_.episode_start);
}

void EpisodeCursor::Advance() { Seek(window_.step + 1); }

void EpisodeCursor::Seek(int64_t step) {
  const int64_t open_episode = window_.episode_start;
  if (window_steps_ == 0) {
    if (step != open_episode) BeginEpisode(step);
  } else {
    if (step < window_.episode_start) BeginEpisode(0);
    while (step >= NextEpisode()) BeginEpisode(NextEpisode());
  }
  window_.step = step;
  window_.first_inner_step = (step - window_.episode_start) * window_.inner_steps;
  if (window_.episode_start != open_episode) DrawTask();
}

void ParticleEpisodes::Begin(const BlockWindow& window) {
  for (int i = 0; i < static_cast<int>(starts_.size()); ++i) {
    starts_[i] = StartIn(window, i);
    restart_[i] = false;
  }
}

void ParticleEpisodes::Restore(std::vector<int64_t> starts, std::vector<bool> restarts) {
  starts_ = std::move(starts);
  restart_ = std::move(restarts);
}

int64_t PerturbationStep(const v1::Estimator& estimator, int64_t step, int64_t particle_start) {
  const int64_t period = NoisePeriod(estimator);
  return particle_start + (step - particle_start) / period * period;
}

Stream PerturbationStream(const v1::JobConfig& config, uint32_t particle, int64_t step,
                          int64_t particle_start) {
  const int64_t drawn_at = PerturbationStep(config.estimator(), step, particle_start);
  return {.key = config.seed(),
          .purpose = Purpose::kPerturbation,
          .particle = particle,
          .step = static_cast<uint32_t>(drawn_at)};
}

CreditedNoise CreditOf(const v1::Estimator& estimator, int64_t step, int64_t particle_start) {
  const int64_t last = PerturbationStep(estimator, step, particle_start);
  return {.first = CreditsWholeEpisode(estimator) ? particle_start : last,
          .last = last,
          .stride = NoisePeriod(estimator)};
}

}  // namespace paceline
