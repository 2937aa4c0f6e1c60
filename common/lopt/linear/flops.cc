#include "common/lopt/flop_counts.h"
#include "common/lopt/linear/family.h"

namespace paceline {

double LinearFamily::Flops(const Config& config, const std::vector<ParameterTensor>& tensors) {
  const LinearColumns c = ColumnsOf(config);
  const auto momenta = static_cast<double>(MomentumDecaysOf(config).size());
  const auto moments = static_cast<double>(RmsDecaysOf(config).size());
  const double columns = c.gradient + c.parameter + c.momentum + c.rms + c.inverse_rms +
                         c.scaled_gradient + c.scaled_momentum;
  // Averages and their corrections; root, sum and quotient; products; the sum, and the step.
  const double each = 4 * momenta + 1 + (4 + 3) * moments + c.scaled_gradient + c.scaled_momentum +
                      2 * columns + (config.normalize() ? 2 * columns : 0) + 2 +
                      StabilityFlops(config);
  return each * ElementsOf(tensors);
}

double LinearFamily::Accumulators(const Config& config, const ParameterTensor&) {
  return static_cast<double>(MomentumDecaysOf(config).size() + RmsDecaysOf(config).size());
}

}  // namespace paceline
