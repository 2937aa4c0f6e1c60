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
      "graph_net { layer: GRAPH_LAYER_GCN target: GRAPH_TARGET_NODE nodes: 7 communities: 3 "
      "degree: 2 homophily: 0.7 features: 4 noise: 1 classes: 2 hidden: [6, 5] "
      "activation: ACTIVATION_ANY batch: 4 init: INITIALIZER_ANY init_scale: 1 "
      "meta_loss: META_LOSS_PARAMETRIC }",
      "graph_net { layer: GRAPH_LAYER_MESSAGE_PASSING target: GRAPH_TARGET_GRAPH nodes: 6 "
      "communities: 2 degree: 2 homophily: 0.7 features: 3 noise: 1 classes: 3 hidden: [5, 4] "
      "activation: ACTIVATION_TANH batch: 5 init: INITIALIZER_STANDARD init_scale: 1 "
      "meta_loss: META_LOSS_FIXED }",
      "rnn_lm { text { vocabulary: 259 synthetic { ngram { symbols: 6 order: 2 branches: 3 } } } "
      "cell: RNN_CELL_GRU embedding: 4 hidden: 5 batch: 3 length: 8 init: INITIALIZER_STANDARD "
      "init_scale: 1 meta_loss: META_LOSS_FIXED }",
      "transformer_lm { text { vocabulary: 259 synthetic { associative_recall { keys: 5 values: 3 "
      "pairs: 2 } } } "
      "width: 8 heads: 2 key_size: 4 layers: 1 dropout: 0.1 batch: 3 length: 9 "
      "meta_loss: META_LOSS_FIXED }",
      "rnn_lm { text { vocabulary: 259 synthetic { modular_addition { modulus: 5 } } } cell: "
      "RNN_CELL_LSTM "
      "embedding: 4 hidden: 5 batch: 3 length: 7 init: INITIALIZER_ANY init_scale: 1 "
      "meta_loss: META_LOSS_PARAMETRIC }",
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
