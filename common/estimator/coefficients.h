// From a particle's scalars to what its credited noise is multiplied by.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "paceline/v1/estimator.pb.h"

namespace paceline {

// What a worker says of one particle in one window.
struct ParticleScalars {
  // Sums of the objective over the window's steps under θ+σε and θ−σε; the second is 0 unless the
  // estimator is antithetic.
  double sum_plus = 0;
  double sum_minus = 0;
  uint32_t trained_steps = 0;
  bool diverged = false;
  bool operator==(const ParticleScalars&) const = default;
};

// S⁺ − S⁻ (S⁺ alone unless antithetic), its mean per step first limited to ± clip, then replaced by
// ± sign, where the estimator says so.
double LossDifference(const v1::Estimator& estimator, const ParticleScalars& particle);

// The mean of both signs' losses per step.
double MeanLoss(const v1::Estimator& estimator, const ParticleScalars& particle);

// Means over particles, particle i of weight weights[i] per trained step.
struct LossSummary {
  double weighted_steps = 0;  // Σ w·n
  double mean_loss = 0;       // Σ w·(S⁺ + S⁻) / (signs·Σ w·n)
  double spread = 0;          // standard deviation of the particles' mean losses, unweighted
  uint32_t diverged = 0;
  uint64_t inner_steps = 0;  // of all runs
};
LossSummary Summarize(const v1::Estimator& estimator, std::span<const ParticleScalars> particles,
                      std::span<const double> weights);

// c_i = w_i·LossDifference_i / (2σ·Σ w·n), or without the 2 unless antithetic: what multiplies
// particle i's credited normals. May overflow.
std::vector<float> Coefficients(const v1::Estimator& estimator,
                                std::span<const ParticleScalars> particles,
                                std::span<const double> weights, double weighted_steps);

}  // namespace paceline
