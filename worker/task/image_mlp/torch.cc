#include "worker/task/image_mlp/torch.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/baddbmm.h>

#include "common/task/image_mlp.h"
#include "worker/network/torch/activate.h"
#include "worker/task/torch/parts.h"

namespace paceline {

TorchLoss ImageMlpTorchLoss(v1::Activation activation, double output_multiplier) {
  return [=](const std::vector<at::Tensor>& p, const TorchBatch& batch) {
    at::Tensor x = batch.arrays.at(0).flatten(2).to(p.front().scalar_type());
    for (size_t i = 0; i + 2 < p.size(); i += 2) {
      x = Activate(activation, at::baddbmm(p[i + 1].unsqueeze(1), x, p[i]));
    }
    at::Tensor logits = Logits(x, p.at(p.size() - 2), p.back());
    if (output_multiplier != 1) logits = logits * output_multiplier;
    return CrossEntropy(logits, batch.arrays.at(1));
  };
}

TorchLoss ImageMlpTorchLoss(const v1::ImageMlp& config) {
  const std::vector<int64_t> widths = MlpWidths(config);
  const float multiplier = MlpOutputMultiplier(config.parametrization(), widths.rbegin()[1]);
  return ImageMlpTorchLoss(config.activation(), static_cast<double>(multiplier));
}

}  // namespace paceline
