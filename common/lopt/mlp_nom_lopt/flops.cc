#include "common/lopt/adafac_mlp/flops.h"
#include "common/lopt/flop_counts.h"
#include "common/lopt/mlp_nom_lopt/family.h"

namespace paceline {
namespace {

// Three magnitudes and their means, the nominal direction, both steps and the decay.
constexpr double kNominalStep = 3 * (kExp + 1) + 3 + 4 + 8;

}  // namespace

double MlpNomLoptFamily::Flops(const Config& config, const std::vector<ParameterTensor>& tensors) {
  return AdafacFlops(config, tensors, kNominalOutputs, kNominalStep);
}
double MlpNomLoptFamily::Accumulators(const Config& config, const ParameterTensor&) {
  return AdafacAccumulators(config);
}

}  // namespace paceline
