// Job configs for estimator tests: only what the estimator reads.
#pragma once

#include <cstdint>

#include "paceline/v1/config.pb.h"

namespace paceline {

enum class Kind { kNres, kPes, kTruncatedEs, kFullEs };
inline constexpr Kind kKinds[] = {Kind::kNres, Kind::kPes, Kind::kTruncatedEs, Kind::kFullEs};

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
  if (kind == Kind::kFullEs) {
    estimator.mutable_full_es()->set_sigma(sigma);
    return config;
  }
  v1::WindowedEstimator& windowed = kind == Kind::kNres  ? *estimator.mutable_nres()
                                    : kind == Kind::kPes ? *estimator.mutable_pes()
                                                         : *estimator.mutable_truncated_es();
  windowed.set_window(window);
  windowed.set_sigma(sigma);
  return config;
}

inline void SetLogUniform(v1::JobConfig& config, uint32_t min, uint32_t max) {
  config.mutable_episode()->mutable_log_uniform()->set_min(min);
  config.mutable_episode()->mutable_log_uniform()->set_max(max);
}

}  // namespace paceline
