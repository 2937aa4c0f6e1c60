#include "common/lopt/curvature.h"

namespace paceline {

CurvatureNeeds CurvatureOf(const v1::LearnedOptimizer&) { return {}; }

}  // namespace paceline
