// From a particle's scalars to what its credited noise is multiplied by.
#pragma once

#include <cstdint>
#include <optional>
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
  // The outer step at which the particle's episode began; kUnknown where nobody has said so.
  int64_t began = kUnknown;

  static constexpr int64_t kUnknown = -1;
  bool operator==(const ParticleScalars&) const = default;
};

// S⁺ − S⁻ (S⁺ alone unless antithetic), its mean per step first limited to ± clip, then replaced by
// ± sign, where the estimator says so.
double LossDifference(const v1::Estimator& estimator, const ParticleScalars& particle);

// The same of each particle, then, where the estimator says so, its mean per step replaced by
// ± rank·r/n: r its rank in size among the n particles of its group (1 the smallest; ties have the
// mean of theirs). groups: [particle], whole numbers from 0 on: which of the tasks it runs. Ranks
// are what is left of a loss whose scale means nothing, as signs are, but large differences still
// count for more than small ones. (D. Wierstra et al., "Natural evolution strategies", 2014, shape
// by ranks of losses; these are of antithetic differences, as in Wilcoxon's signed-rank test.)
std::vector<double> LossDifferences(const v1::Estimator& estimator,
                                    std::span<const ParticleScalars> particles,
                                    std::span<const int> groups);

// The outer loss of an outer step. Of particle i, whose sums are of m_i inner steps, it is
// L_i = (S⁺ + S⁻) / (signs·m_i). m_i = 0: its sums are of no loss (the episode whose loss they are
// to be has not ended), and it is left out.
struct OuterLoss {
  double mean = 0;    // Σ w·m·L / Σ w·m, weights w by particle
  double spread = 0;  // standard deviation of the L, unweighted; 0 of a single one
  bool operator==(const OuterLoss&) const = default;
};
// Absent if every particle is left out.
std::optional<OuterLoss> OuterLossOf(const v1::Estimator& estimator,
                                     std::span<const ParticleScalars> particles,
                                     std::span<const double> weights,
                                     std::span<const int64_t> loss_steps);

// Over particles, particle i of weight weights[i] per trained step.
struct StepCounts {
  double weighted_steps = 0;  // Σ w·n
  uint32_t diverged = 0;
  uint64_t inner_steps = 0;  // of all runs
};
StepCounts CountSteps(const v1::Estimator& estimator, std::span<const ParticleScalars> particles,
                      std::span<const double> weights);

// c_i = w_i·d_i / (2σ·Σ w·n), d of LossDifferences, or without the 2 unless antithetic: what
// multiplies particle i's credited normals. May overflow.
std::vector<float> Coefficients(const v1::Estimator& estimator,
                                std::span<const ParticleScalars> particles,
                                std::span<const int> groups, std::span<const double> weights,
                                double weighted_steps);

}  // namespace paceline
