#include "common/lopt/curvature.h"

#include "common/lopt/features.h"

namespace paceline {
namespace {

// optimizer.proto's defaults.
constexpr uint32_t kDefaultEvery = 10;
constexpr double kDefaultDecay = 0.99;

template <class Config>
CurvatureNeeds NeedsOf(const Config& config) {
  const FeatureRows rows = RowsOf(config);
  return {.every = config.has_curvature() ? config.curvature().every() : kDefaultEvery,
          .decay = config.has_curvature() ? config.curvature().decay() : kDefaultDecay,
          .hessian = rows.Sees(kHessianColumn),
          .gauss_newton = rows.Sees(kGaussNewtonColumn) || rows.Sees(kKroneckerColumn)};
}

}  // namespace

CurvatureNeeds CurvatureOf(const v1::LearnedOptimizer& config) {
  switch (config.kind_case()) {
    case v1::LearnedOptimizer::kMlpLopt:
      return NeedsOf(config.mlp_lopt());
    case v1::LearnedOptimizer::kAdafacMlp:
      return NeedsOf(config.adafac_mlp());
    case v1::LearnedOptimizer::kMuAdafacMlp:
      return NeedsOf(config.mu_adafac_mlp());
    case v1::LearnedOptimizer::kMlpNomLopt:
      return NeedsOf(config.mlp_nom_lopt());
    default:
      return {};
  }
}

}  // namespace paceline
