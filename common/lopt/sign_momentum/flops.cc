#include "common/lopt/flop_counts.h"
#include "common/lopt/sign_momentum/family.h"

namespace paceline {

// Two averages; |c| + ε and the quotient; decay and step.
double SignMomentumFamily::Flops(const Config&, const std::vector<ParameterTensor>& tensors) {
  return (2 * 3 + 3 + 4) * ElementsOf(tensors);
}

double SignMomentumFamily::Accumulators(const Config&, const ParameterTensor&) { return 1; }

}  // namespace paceline
