// Job configs for estimator tests: only what the estimator reads.
#pragma once

#include <cstdint>

#include "paceline/v1/job_config.pb.h"

namespace paceline {

// kGpes has a noise period of two windows.
enum class Kind { kNres, kPes, kGpes, kTruncatedEs, kFullEs };
inline constexpr Kind kKinds[] = {Kind::kNres, Kind::kPes, Kind::kGpes, Kind::kTruncatedEs,
                                  Kind::kFullEs};

inline void SetKind(v1::Estimator& estimator, Kind kind, uint32_t window, double sigma) {
  const auto set = [&](auto& windowed) {
    windowed.set_window(window);
    windowed.set_sigma(sigma);
  };
  switch (kind) {
    case Kind::kNres:
      return set(*estimator.mutable_nres());
    case Kind::kPes:
      return set(*estimator.mutable_pes());
    case Kind::kGpes:
      estimator.mutable_gpes()->set_period(2 * window);
      return set(*estimator.mutable_gpes());
    case Kind::kTruncatedEs:
      return set(*estimator.mutable_truncated_es());
    case Kind::kFullEs:
      return estimator.mutable_full_es()->set_sigma(sigma);
  }
}

inline v1::JobConfig EstimatorConfig(Kind kind, uint32_t window, uint32_t length,
                                     uint32_t particles = 8, uint32_t block = 4,
                                     double sigma = 0.1) {
  v1::JobConfig config;
  config.set_seed(11);
  config.add_tasks()->set_weight(1);
  config.mutable_episode()->mutable_constant()->set_steps(length);
  v1::Estimator& estimator = *config.mutable_estimator();
  estimator.set_particles(particles);
  estimator.set_block(block);
  SetKind(estimator, kind, window, sigma);
  return config;
}

inline void SetLogUniform(v1::JobConfig& config, uint32_t min, uint32_t max) {
  config.mutable_episode()->mutable_log_uniform()->set_min(min);
  config.mutable_episode()->mutable_log_uniform()->set_max(max);
}

}  // namespace paceline
