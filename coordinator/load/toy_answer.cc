#include "coordinator/load/toy_answer.h"

namespace paceline {

double ToyUnit(uint64_t a, uint64_t b, uint64_t c) {
  uint64_t x = a ^ (b * 0x9e3779b97f4a7c15) ^ (c * 0xc2b2ae3d27d4eb4f);
  for (int i = 0; i < 3; ++i) x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9;
  return static_cast<double>(x >> 11) * 0x1p-53;
}

v1::WindowResult ToyAnswerOf(const v1::RunWindows& run, const BlockWindow& window, uint32_t block,
                             uint32_t particles) {
  v1::WindowResult result;
  result.set_job(run.job());
  result.set_step(run.step());
  result.set_block(block);
  result.set_theta_hash(run.theta_hash());
  result.set_epoch(run.epoch());
  const auto steps = static_cast<double>(window.inner_steps);
  for (uint32_t i = 0; i < particles; ++i) {
    v1::ParticleResult& particle = *result.add_particles();
    particle.set_sum_plus(steps * ToyUnit(run.theta_hash(), block, 2 * i));
    particle.set_sum_minus(steps * ToyUnit(run.theta_hash(), block, 2 * i + 1));
    particle.set_trained_steps(static_cast<uint32_t>(window.inner_steps));
  }
  return result;
}

}  // namespace paceline
