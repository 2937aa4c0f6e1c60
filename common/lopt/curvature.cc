#include "common/lopt/curvature.h"

#include "common/lopt/features.h"

namespace paceline {
namespace {

constexpr uint32_t kEvery = 10;
constexpr double kDecay = 0.99;

// use(config of the kind, its rows) where the kind may have features from curvature.
template <class Use>
void WithRows(const v1::LearnedOptimizer& config, const Use& use) {
  switch (config.kind_case()) {
    case v1::LearnedOptimizer::kMlpLopt:
      return use(config.mlp_lopt(), RowsOf(config.mlp_lopt()));
    case v1::LearnedOptimizer::kAdafacMlp:
      return use(config.adafac_mlp(), RowsOf(config.adafac_mlp()));
    case v1::LearnedOptimizer::kMuAdafacMlp:
      return use(config.mu_adafac_mlp(), RowsOf(config.mu_adafac_mlp()));
    case v1::LearnedOptimizer::kMlpNomLopt:
      return use(config.mlp_nom_lopt(), RowsOf(config.mlp_nom_lopt()));
    default:
      return;
  }
}

}  // namespace

CurvatureNeeds CurvatureOf(const v1::LearnedOptimizer& config) {
  CurvatureNeeds needs;
  WithRows(config, [&needs](const auto& own, const FeatureRows& rows) {
    needs.hessian = rows.Sees(kHessianColumn);
    needs.gauss_newton = rows.Sees(kGaussNewtonColumn) || rows.Sees(kKroneckerColumn);
    if (!needs.hessian && !needs.gauss_newton) return;
    needs.every = own.has_curvature() ? own.curvature().every() : kEvery;
  });
  return needs;
}

double CurvatureDecayOf(const v1::LearnedOptimizer& config) {
  double decay = kDecay;
  WithRows(config, [&decay](const auto& own, const FeatureRows&) {
    if (own.has_curvature()) decay = own.curvature().decay();
  });
  return decay;
}

}  // namespace paceline
