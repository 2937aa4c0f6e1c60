#include "worker/task/torch/torch_loss.h"

#include <memory>
#include <optional>
#include <utility>

#include "common/task/families.h"
#include "worker/network/torch/batched.h"
#include "worker/task/image_mlp/torch.h"
#include "worker/task/quadratic/torch.h"

namespace paceline {

namespace {

TorchLoss NetworkTorchLoss(Network own) {
  const auto network = std::make_shared<const BatchedNetwork>(std::move(own));
  return [network](const std::vector<at::Tensor>& parameters, const TorchBatch& batch) {
    return network->Losses(
        parameters, {.arrays = batch.arrays, .draws = batch.draws, .episode = batch.episode});
  };
}

}  // namespace

TorchLoss MakeTorchLoss(const v1::Task& config) {
  if (std::optional<Network> network = NetworkOf(config)) {
    return NetworkTorchLoss(*std::move(network));
  }
  if (config.has_image_mlp()) return ImageMlpTorchLoss(config.image_mlp());
  if (config.has_quadratic()) return QuadraticTorchLoss(config.quadratic().kind());
  return nullptr;
}

}  // namespace paceline
