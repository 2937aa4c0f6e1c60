#include "common/lopt/flop_counts.h"
#include "common/lopt/nn_adam/family.h"

namespace paceline {

double NnAdamFamily::Flops(const Config& config, const std::vector<ParameterTensor>& tensors) {
  // Clip; m, v; five sums; four spreads; the step.
  constexpr double kElement = 2 + 7 + 6 + 4 * 3 + 8;
  constexpr double kTensor = 11 * kLogFeature + 4 * (kExp + 8);
  const double hidden = config.lstm_hidden();
  double flops = 0;
  for (const ParameterTensor& tensor : tensors) {
    flops += kElement * static_cast<double>(tensor.size) + kTensor +
             LstmFlops(kNnAdamInputs, hidden) + DenseFlops(hidden, kNnAdamControls);
  }
  return flops;
}

double NnAdamFamily::Accumulators(const Config&, const ParameterTensor&) { return 2; }

}  // namespace paceline
