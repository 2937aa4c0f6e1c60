// Which curvature a learned optimizer asks of the engine, beside gradients.
#pragma once

#include <cstdint>

#include "common/lopt/features.h"
#include "paceline/v1/optimizer.pb.h"

namespace paceline {

struct CurvatureNeeds {
  // Estimates are made in the steps whose iteration is a multiple of this; 0: never.
  uint32_t every = 0;
  double decay = 0;  // of the optimizer's averages of the estimates
  bool hessian = false;
  bool gauss_newton = false;

  bool none() const { return every == 0 || (!hessian && !gauss_newton); }
};

// `config` is valid (common/config), or has no kind yet: none.
CurvatureNeeds CurvatureOf(const v1::LearnedOptimizer& config);

// Of columns that see curvature by these settings, null: the defaults.
CurvatureNeeds CurvatureNeedsOf(const FeatureRows& rows, const v1::Curvature* settings);
// Of one family's message; a message without the field `curvature` asks none.
template <class Config>
CurvatureNeeds CurvatureNeedsOf(const Config& config) {
  if constexpr (requires { config.curvature(); }) {
    return CurvatureNeedsOf(RowsOf(config), config.has_curvature() ? &config.curvature() : nullptr);
  } else {
    return {};
  }
}

}  // namespace paceline
