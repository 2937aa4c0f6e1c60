// AdafacMLP (reference 2.3) on a list of tensors, as plain data.
#pragma once

#include "common/lopt/plan/per_parameter_plan.h"

namespace paceline {

inline constexpr uint32_t kAdafacDecays = 3;
// Inputs of the first layer, in the order of the prepared weights: per element (16), of the smaller
// axis's second moments (3, and 3 inverse roots), of the larger axis's (as many).
inline constexpr uint32_t kAdafacElementFeatures = 16;
inline constexpr uint32_t kAdafacSideFeatures = 6;
inline constexpr uint32_t kAdafacFeatures = kAdafacElementFeatures + 2 * kAdafacSideFeatures;
// ... of tensors of rank < 2, whose rows and columns are the same.
inline constexpr uint32_t kAdafacVectorInputs = kAdafacElementFeatures + kAdafacSideFeatures;

struct AdafacMlpKernel;

// Where the scratch of the second moments along one axis lies; arrays are [3, batch, padded] but
// for the sums.
struct AdafacSideScratch {
  uint32_t sums = 0;           // [batch, padded] Σ g² over the other axis
  uint32_t inverse_roots = 0;  // (v + 1e-8)^−½
  uint32_t factors = 0;        // r or c of the reference
  uint32_t means = 0;          // [3, batch] of v
};

// State of a tensor of rank ≥ 2: momenta [3, padded], rms [padded], second moments of the rows
// [3, batch, padded rows] and of the columns [3, batch, padded columns]; of rank < 2: momenta, rms,
// second moments [3, padded].
struct AdafacMlpPlan : PerParameterPlan {
  using Kernel = AdafacMlpKernel;

  // Where the decays of momenta, rms and factored moments start, or what they always are.
  float initial_decays[2 * kAdafacDecays + 1] = {};
  // Leaves of θ.
  uint32_t momentum_decays = 0;
  uint32_t rms_decay = 0;
  uint32_t factored_decays = 0;
  // Prepared: (decay, 1 − decay) of the momenta, of the rms and of the factored moments [7, 2].
  uint32_t decays = 0;
  // Scratch, room for any one tensor.
  uint32_t inverse_rms = 0;
  uint32_t row_partials = 0;  // [batch, row, 16]
  uint32_t row_start = 0;     // [batch, row, padded_hidden]
  uint32_t column_start = 0;  // [batch, hidden, padded column]
  AdafacSideScratch rows;
  AdafacSideScratch columns;
};

}  // namespace paceline
