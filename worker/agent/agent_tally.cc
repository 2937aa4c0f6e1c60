#include "worker/agent/agent_tally.h"

#include "common/estimator/settings.h"

namespace paceline {

void AgentTally::Count(const v1::WindowResult& result, const v1::JobConfig& config) {
  const uint64_t runs = RunsPerParticle(config.estimator());
  std::lock_guard lock(mutex_);
  ++numbers_.windows;
  for (const v1::ParticleResult& particle : result.particles()) {
    numbers_.inner_steps += runs * particle.trained_steps();
  }
  numbers_.replayed_inner_steps += result.replayed_inner_steps();
  numbers_.window_seconds.Add(1e-6 * static_cast<double>(result.elapsed_us()));
}

void AgentTally::CountFailure() {
  std::lock_guard lock(mutex_);
  ++numbers_.failures;
}

AgentNumbers AgentTally::Numbers() {
  std::lock_guard lock(mutex_);
  return numbers_;
}

}  // namespace paceline
