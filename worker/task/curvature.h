// Hutchinson's estimate of a matrix's diagonal from products with random signs: E[v ⊙ M·v] =
// diag(M) for independent v_i = ±1.  (C. Bekas, E. Kokiopoulou, Y. Saad, "An estimator for the
// diagonal of a matrix", 2007.)
#pragma once

#include <cstdint>
#include <span>

#include "common/noise/streams.h"
#include "worker/task/task.h"

namespace paceline {

Stream CurvatureStream(const RunSeed& seed, int64_t step);
// The probe of one inner step of a run: ±1, by counter. v: [parameter].
void CurvatureProbe(const RunSeed& seed, int64_t step, std::span<float> v);
// estimate ← v ⊙ estimate
void ToDiagonal(std::span<const float> v, std::span<float> estimate);

}  // namespace paceline
