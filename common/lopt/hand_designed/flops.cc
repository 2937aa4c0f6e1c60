#include "common/lopt/flop_counts.h"
#include "common/lopt/hand_designed/family.h"

namespace paceline {

double LearnableSgdFamily::Flops(const Config&, const std::vector<ParameterTensor>& tensors) {
  return 2 * ElementsOf(tensors);
}
double LearnableSgdFamily::Accumulators(const Config&, const ParameterTensor&) { return 0; }

double LearnableSgdmFamily::Flops(const Config&, const std::vector<ParameterTensor>& tensors) {
  return 4 * ElementsOf(tensors);
}
double LearnableSgdmFamily::Accumulators(const Config&, const ParameterTensor&) { return 1; }

double LearnableAdamFamily::Flops(const Config&, const std::vector<ParameterTensor>& tensors) {
  return 15 * ElementsOf(tensors);
}
double LearnableAdamFamily::Accumulators(const Config&, const ParameterTensor&) { return 2; }

}  // namespace paceline
