#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "common/task/facts.h"
#include "tests/worker/data/idx_files.h"
#include "worker/task/image_mlp/image_mlp.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<std::unique_ptr<Task>> Make(const std::string& text) {
  static const DataFolder* folder = new DataFolder(40, 7);
  DataStore data(folder->path());
  v1::Task config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return MakeTask(config, data);
}

void ExpectInvalid(const std::string& text, const std::string& message) {
  const absl::Status status = Make(text).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
  EXPECT_THAT(std::string(status.message()), HasSubstr(message));
}

TEST(MakeTask, AnImageMlpHasTheWidthsOfItsConfig) {
  const auto task = Make(
      "image_mlp { dataset: DATASET_FASHION_MNIST size: 8 hidden: [32, 16] "
      "activation: ACTIVATION_GELU batch: 20 }");
  ASSERT_TRUE(task.ok()) << task.status();
  const auto* mlp = dynamic_cast<const ImageMlp*>(task->get());
  ASSERT_NE(mlp, nullptr);
  EXPECT_THAT(mlp->widths(), ElementsAre(64, 32, 16, 10));
  EXPECT_EQ(mlp->activation(), v1::ACTIVATION_GELU);
  EXPECT_EQ(mlp->batch(), 20);
  EXPECT_EQ(mlp->parameter_count(), 64u * 32 + 32 + 32 * 16 + 16 + 16 * 10 + 10);
}

TEST(MakeTask, AnImageMlpMayHaveNoHiddenLayer) {
  const auto task = Make(
      "image_mlp { dataset: DATASET_FASHION_MNIST size: 14 activation: ACTIVATION_RELU batch: 1 }");
  ASSERT_TRUE(task.ok()) << task.status();
  EXPECT_EQ((*task)->parameter_count(), 196u * 10 + 10);
}

TEST(MakeTask, AQuadraticHasTheDimensionOfItsConfig) {
  const auto task = Make("quadratic { dimension: 12 kind: QUADRATIC_KIND_TARGET }");
  ASSERT_TRUE(task.ok()) << task.status();
  EXPECT_EQ((*task)->parameter_count(), 12u);
}

const char kImages[] = "dataset: DATASET_FASHION_MNIST size: 9 batch: 2 ";

// Tasks that are networks, with all that a config from a file would have.
std::vector<std::string> Networks() {
  const std::string images = kImages;
  const std::string conv = "conv_net { " + images + "activation: ACTIVATION_RELU ";
  return {
      conv + "pool: POOL_MAX channels: 6 channels: 4 }",
      conv + "pool: POOL_FLATTEN channels: 5 norm: NORM_BATCH }",
      conv + "pool: POOL_AVG }",
      "image_mlp { " + images + "activation: ACTIVATION_ANY hidden: 5 init: INITIALIZER_ANY }",
      "image_mlp { " + images + "activation: ACTIVATION_RELU hidden: 5 dropout: 0.5 }",
      "resnet { " + images +
          "blocks: [1, 2, 1, 1] channels: [4, 8, 8, 4] version: RESNET_VERSION_V1 "
          "stem_channels: 3 stem_kernel: 3 stem_stride: 2 activation: ACTIVATION_COS "
          "init: INITIALIZER_STANDARD init_scale: 1 meta_loss: META_LOSS_FIXED }",
      "vit { " + images + "patch: 4 layers: 1 width: 6 heads: 2 mlp: 5 dropout: 0.5 }",
      "mlp_mixer { " + images + "patch: 4 blocks: 1 width: 6 tokens_mlp: 5 channels_mlp: 4 }",
      "graph_net { layer: GRAPH_LAYER_GCN target: GRAPH_TARGET_NODE nodes: 7 communities: 3 "
      "degree: 2 homophily: 0.7 features: 4 noise: 1 classes: 2 hidden: [6, 5] "
      "activation: ACTIVATION_RELU batch: 4 init: INITIALIZER_STANDARD init_scale: 1 "
      "meta_loss: META_LOSS_FIXED }",
      "rnn_lm { text { vocabulary: 259 synthetic { ngram { symbols: 6 order: 2 branches: 3 } } } "
      "cell: RNN_CELL_GRU embedding: 4 hidden: 5 batch: 3 length: 8 init: INITIALIZER_STANDARD "
      "init_scale: 1 meta_loss: META_LOSS_FIXED }",
      "quadratic { dimension: 5 kind: QUADRATIC_KIND_NOISY_GRADIENT }",
  };
}

TEST(MakeTask, ANetworkHasTheTensorsThatItsFactsSay) {
  for (const std::string& text : Networks()) {
    SCOPED_TRACE(text);
    const auto task = Make(text);
    ASSERT_TRUE(task.ok()) << task.status();
    v1::Task config;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config));
    const TaskFacts facts = FactsOf(config);
    EXPECT_TRUE(facts.has_network);
    EXPECT_EQ(facts.has_classes, (*task)->has_classes());
    ASSERT_EQ(facts.tensors.size(), (*task)->parameters().size());
    for (size_t i = 0; i < facts.tensors.size(); ++i) {
      EXPECT_EQ(facts.tensors[i].name, (*task)->parameters()[i].name);
      EXPECT_EQ(facts.tensors[i].shape, (*task)->parameters()[i].shape);
      EXPECT_EQ(facts.tensors[i].offset, (*task)->parameters()[i].offset);
    }
  }
}

TEST(MakeTask, ANetworkFallsAlongItsGradient) {
  for (const std::string& text : Networks()) {
    SCOPED_TRACE(text);
    const auto task = Make(text);
    ASSERT_TRUE(task.ok()) << task.status();
    const RunSeed seed{.key = 3, .particle = 4, .episode = 5};
    std::vector<float> point((*task)->parameter_count()), gradient(point.size());
    (*task)->SampleInitial(seed, point);
    const float before = (*task)->LossAndGradient(seed, 7, point, gradient);
    EXPECT_EQ((*task)->LossAndGradient(seed, 7, point, gradient), before) << "the same draws";
    double squares = 0;
    for (const float g : gradient) squares += double{g} * g;
    ASSERT_GT(squares, 0);
    // A step so short that the loss falls by about a thousandth of itself.
    const double rate = 1e-3 * std::abs(before) / squares;
    for (size_t i = 0; i < point.size(); ++i) point[i] -= static_cast<float>(rate) * gradient[i];
    EXPECT_LT((*task)->LossAndGradient(seed, 7, point, gradient), before);
  }
}

TEST(MakeTask, WhatOneFieldDemandsOfAnotherIsAnInvalidArgumentToo) {
  const std::string images = kImages;
  ExpectInvalid("vit { " + images + "patch: 4 layers: 1 width: 30 heads: 4 mlp: 5 }",
                "vit.width is 30, no multiple of heads, which is 4; write 28 or 32");
  ExpectInvalid(
      "rnn_lm { text { vocabulary: 259 synthetic {} } cell: RNN_CELL_GRU embedding: 4 hidden: 5 "
      "batch: 3 length: 8 "
      "init: INITIALIZER_STANDARD init_scale: 1 meta_loss: META_LOSS_FIXED }",
      "rnn_lm.text.synthetic has no kind; expected one such as ngram");
  ExpectInvalid(
      "image_mlp { dataset: DATASET_FOLDER size: 8 batch: 1 "
      "activation: ACTIVATION_RELU }",
      "image_mlp.images.folder is missing");
}

TEST(MakeTask, WhatTheSchemaDoesNotAllowIsAnInvalidArgument) {
  ExpectInvalid("", "no kind");
  ExpectInvalid("quadratic { dimension: 3 }", "quadratic.kind is 0");
  ExpectInvalid("quadratic { kind: QUADRATIC_KIND_LOG }", "quadratic.dimension is 0");
  ExpectInvalid("quadratic { dimension: 4000000000 kind: QUADRATIC_KIND_LOG }",
                "quadratic.dimension is 4000000000");
  ExpectInvalid("image_mlp { dataset: DATASET_FASHION_MNIST size: 8 batch: 1 }",
                "image_mlp.activation is 0");
  ExpectInvalid("image_mlp { size: 8 batch: 1 activation: ACTIVATION_RELU }",
                "image_mlp.dataset is 0");
  const std::string mlp = "image_mlp { dataset: DATASET_FASHION_MNIST activation: ACTIVATION_RELU ";
  ExpectInvalid(mlp + "size: 8 }", "image_mlp.batch is 0");
  const std::string net = "conv_net { dataset: DATASET_FASHION_MNIST size: 8 batch: 1 ";
  ExpectInvalid(net + "pool: POOL_AVG }", "conv_net.activation is 0");
  ExpectInvalid(net + "activation: ACTIVATION_RELU }", "conv_net.pool is 0");
  ExpectInvalid(net + "activation: ACTIVATION_RELU pool: POOL_AVG channels: 4096 }",
                "conv_net.channels is 4096");
  ExpectInvalid(mlp + "size: 4000000000 batch: 1 }", "image_mlp.size is 4000000000");
  ExpectInvalid(mlp + "size: 8 batch: 1 hidden: 4000000000 }", "image_mlp.hidden is 4000000000");
}

TEST(MakeTask, AMissingDataSetIsNotFound) {
  DataStore nothing("/no/such/folder");
  v1::Task config;
  config.mutable_image_mlp()->set_dataset(v1::DATASET_FASHION_MNIST);
  config.mutable_image_mlp()->set_size(8);
  config.mutable_image_mlp()->set_batch(1);
  config.mutable_image_mlp()->set_activation(v1::ACTIVATION_RELU);
  EXPECT_EQ(MakeTask(config, nothing).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace paceline
