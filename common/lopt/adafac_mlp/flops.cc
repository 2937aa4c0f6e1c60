#include "common/lopt/adafac_mlp/flops.h"
#include "common/lopt/adafac_mlp/family.h"
#include "common/lopt/flop_counts.h"

namespace paceline {

double AdafacMlpFamily::Flops(const Config& config, const std::vector<ParameterTensor>& tensors) {
  return AdafacFlops(config, tensors, 2, kUpdate);
}
double AdafacMlpFamily::Accumulators(const Config& config, const ParameterTensor&) {
  return AdafacAccumulators(config);
}

double MuAdafacMlpFamily::Flops(const Config& config, const std::vector<ParameterTensor>& tensors) {
  return AdafacFlops(config, tensors, 2, kUpdate);
}
double MuAdafacMlpFamily::Accumulators(const Config& config, const ParameterTensor&) {
  return AdafacAccumulators(config);
}

}  // namespace paceline
