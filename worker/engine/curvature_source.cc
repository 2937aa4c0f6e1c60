#include "worker/engine/curvature_source.h"

namespace paceline {

CurvatureSource::CurvatureSource(const CurvatureNeeds& needs, GradientSource& source,
                                 size_t parameters)
    : needs_(needs), source_(source) {
  if (needs_.none()) return;
  if (needs_.hessian) hessian_ = AlignedFloats(parameters);
  if (needs_.gauss_newton) gauss_newton_ = AlignedFloats(parameters);
}

void CurvatureSource::Fill(const RunSeed& seed, std::span<const float> parameters,
                           InnerStep& step) {
  if (needs_.none() || step.iteration % needs_.every != 0) return;
  source_.CurvatureDiagonals(seed, step.iteration, parameters, hessian_.span(),
                             gauss_newton_.span());
  if (needs_.hessian) step.hessian_diagonal = hessian_.data();
  if (needs_.gauss_newton) step.gauss_newton_diagonal = gauss_newton_.data();
}

}  // namespace paceline
