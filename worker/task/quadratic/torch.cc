#include "worker/task/quadratic/torch.h"

#include <ATen/TensorOperators.h>

namespace paceline {

TorchLoss QuadraticTorchLoss(v1::QuadraticKind kind) {
  return [kind](const std::vector<at::Tensor>& parameters, const TorchBatch& batch) {
    const at::Tensor& p = parameters.at(0);
    switch (kind) {
      case v1::QUADRATIC_KIND_TARGET:
        return (batch.episode.to(p.scalar_type()) - p).square().sum(1);
      case v1::QUADRATIC_KIND_LOG:
        return p.square().sum(1).log();
      case v1::QUADRATIC_KIND_PLAIN:
      case v1::QUADRATIC_KIND_SUM:
      case v1::QUADRATIC_KIND_DATA:
      case v1::QUADRATIC_KIND_NOISY_MEAN:
      case v1::QUADRATIC_KIND_NOISY_GRADIENT:
      case v1::QUADRATIC_KIND_SPECTRUM:
      case v1::QUADRATIC_KIND_UNSPECIFIED:
      case v1::QuadraticKind_INT_MIN_SENTINEL_DO_NOT_USE_:
      case v1::QuadraticKind_INT_MAX_SENTINEL_DO_NOT_USE_:
        break;
    }
    return p.square().sum(1);
  };
}

}  // namespace paceline
