#include "tests/testing/small_networks.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

namespace paceline::testing {

std::vector<v1::Task> SmallNetworks() {
  const std::string images = " { dataset: DATASET_FASHION_MNIST size: 6 batch: 8 ";
  const std::vector<std::string> texts = {
      "conv_net" + images +
          "channels: [5, 4] activation: ACTIVATION_RELU pool: POOL_FLATTEN "
          "norm: NORM_BATCH layer_pool: LAYER_POOL_MAX strides: 1 }",
      "conv_net" + images +
          "channels: [5, 4] activation: ACTIVATION_ANY pool: POOL_AVG "
          "norm: NORM_LAYER layer_pool: LAYER_POOL_AVG init: INITIALIZER_ANY }",
      "image_mlp" + images +
          "hidden: [9, 7] activation: ACTIVATION_TANH norm: NORM_BATCH "
          "dropout: 0.3 }",
      "image_mlp" + images +
          "hidden: [9, 7] activation: ACTIVATION_RELU norm: NORM_LAYER "
          "loss: CLASSIFIER_LOSS_MSE }",
      "resnet" + images +
          "blocks: [1, 2, 1, 1] channels: [4, 8, 8, 4] stem_channels: 3 "
          "stem_kernel: 3 stem_stride: 2 max_pool: false "
          "version: RESNET_VERSION_V1 activation: ACTIVATION_ANY "
          "init: INITIALIZER_NORMAL init_scale: 1.3 meta_loss: META_LOSS_FIXED }",
      "resnet" + images +
          "blocks: [1, 1, 1, 2] channels: [4, 5, 6, 7] bottleneck: false "
          "stem_channels: 3 stem_kernel: 3 stem_stride: 1 "
          "version: RESNET_VERSION_V2 activation: ACTIVATION_RELU "
          "init: INITIALIZER_STANDARD init_scale: 1 "
          "meta_loss: META_LOSS_PARAMETRIC }",
      "vit" + images +
          "patch: 2 layers: 2 width: 6 heads: 2 mlp: 5 dropout: 0.3 "
          "attention_dropout: 0.2 }",
      "vit" + images + "patch: 7 layers: 1 width: 6 heads: 2 mlp: 5 }",
      "mlp_mixer" + images + "patch: 4 blocks: 2 width: 6 tokens_mlp: 5 channels_mlp: 7 }",
      "quadratic { dimension: 5 kind: QUADRATIC_KIND_SUM }",
      "quadratic { dimension: 5 kind: QUADRATIC_KIND_DATA noise: 2 }",
      "quadratic { dimension: 5 kind: QUADRATIC_KIND_NOISY_MEAN }",
      "quadratic { dimension: 5 kind: QUADRATIC_KIND_NOISY_GRADIENT noise: 0.3 }",
      "quadratic { dimension: 5 kind: QUADRATIC_KIND_SPECTRUM condition: 100 }",
  };
  std::vector<v1::Task> tasks;
  for (const std::string& text : texts) {
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &tasks.emplace_back())) << text;
  }
  return tasks;
}

}  // namespace paceline::testing
