#include "common/lopt/curvature.h"

#include "common/lopt/family.h"

namespace paceline {

CurvatureNeeds CurvatureNeedsOf(const FeatureRows& rows, const v1::Curvature* settings) {
  // optimizer.proto's defaults.
  constexpr uint32_t kEvery = 10;
  constexpr double kDecay = 0.99;
  return {.every = settings == nullptr ? kEvery : settings->every(),
          .decay = settings == nullptr ? kDecay : settings->decay(),
          .hessian = rows.Sees(kHessianColumn),
          .gauss_newton = rows.Sees(kGaussNewtonColumn) || rows.Sees(kKroneckerColumn)};
}

CurvatureNeeds CurvatureOf(const v1::LearnedOptimizer& config) {
  if (config.kind_case() == v1::LearnedOptimizer::KIND_NOT_SET) return {};
  return FamilyOf(config).curvature(config);
}

}  // namespace paceline
