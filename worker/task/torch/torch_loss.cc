#include "worker/task/torch/torch_loss.h"

#include "worker/task/conv_net/torch.h"
#include "worker/task/image_mlp/torch.h"
#include "worker/task/quadratic/torch.h"

namespace paceline {

TorchLoss MakeTorchLoss(const v1::Task& config) {
  switch (config.kind_case()) {
    case v1::Task::kImageMlp:
      return ImageMlpTorchLoss(config.image_mlp());
    case v1::Task::kConvNet:
      return ConvNetTorchLoss(config.conv_net());
    case v1::Task::kQuadratic:
      return QuadraticTorchLoss(config.quadratic().kind());
    case v1::Task::kInfluenceBalancing:
    case v1::Task::kLorenz:
    case v1::Task::kToySchedule:
    case v1::Task::KIND_NOT_SET:
      break;
  }
  return nullptr;
}

}  // namespace paceline
