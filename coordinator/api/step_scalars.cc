#include "coordinator/api/step_scalars.h"

#include <algorithm>

namespace paceline {
namespace {

v1::ParticleResult ToResult(const ParticleScalars& scalars) {
  v1::ParticleResult result;
  result.set_sum_plus(scalars.sum_plus);
  result.set_sum_minus(scalars.sum_minus);
  result.set_trained_steps(scalars.trained_steps);
  result.set_diverged(scalars.diverged);
  if (scalars.began != ParticleScalars::kUnknown) result.set_began(scalars.began);
  return result;
}

}  // namespace

v1::StepScalars ToStepScalars(const v1::JobConfig& config, const StepRow& row) {
  v1::StepScalars scalars;
  scalars.set_step(row.step);
  *scalars.mutable_record() = row.record;
  const size_t block = std::max<uint32_t>(config.estimator().block(), 1);
  for (size_t i = 0; i < row.particles.size(); ++i) {
    if (i % block == 0) {
      v1::CountedAnswer& answer = *scalars.add_answers();
      const size_t number = i / block;
      const CountedWindow window = number < row.windows.size()
                                       ? row.windows[number]
                                       : CountedWindow{static_cast<uint32_t>(number), row.step - 1};
      answer.set_block(window.block);
      answer.set_window(window.step);
    }
    *scalars.mutable_answers()->rbegin()->add_particles() = ToResult(row.particles[i]);
  }
  return scalars;
}

}  // namespace paceline
