#include "common/lopt/celo2/family.h"
#include "common/lopt/flop_counts.h"

namespace paceline {

double Celo2Family::Flops(const Config& config, const std::vector<ParameterTensor>& tensors) {
  // One of the outputs is used; 18 columns of an element, 6 of a row or column. Clipped and scaled
  // gradient; weight decay, the step's mean square, and the step.
  const NetworkFlops network = NetworkOf(config, 1);
  const double step = 3 + 2 + 2 + 2 + ClipFlops(config.clip());
  constexpr double kAdam = 17;
  double flops = 0;
  for (const ParameterTensor& tensor : tensors) {
    const auto count = static_cast<double>(tensor.size);
    if (tensor.size == 0) continue;
    if (MovesByAdam(tensor)) {
      flops += count * kAdam;
      continue;
    }
    const std::vector<int64_t> matrix(tensor.shape.end() - 2, tensor.shape.end());
    const double matrices = count / static_cast<double>(matrix[0] * matrix[1]);
    flops += matrices * (AdafacTensorFlops(matrix, network, {18, kSideFeatures, 0}, step) +
                         NewtonSchulzFlops(SidesOf(matrix), config.newton_schulz_steps()));
  }
  return flops;
}

double Celo2Family::Accumulators(const Config&, const ParameterTensor& tensor) {
  return MovesByAdam(tensor) ? 2 : kAdafacDecays + 1;
}

}  // namespace paceline
