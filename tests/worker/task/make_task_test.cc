#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "common/task/facts.h"
#include "tests/worker/data/idx_files.h"
#include "worker/task/image_mlp/image_mlp.h"
#include "worker/task/task.h"

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

TEST(MakeTask, AConvNetHasTheTensorsThatItsFactsSay) {
  for (const char* channels : {"channels: 6 channels: 4", "channels: 5", ""}) {
    const std::string text =
        std::string(
            "conv_net { dataset: DATASET_FASHION_MNIST size: 9 activation: ACTIVATION_RELU "
            "pool: POOL_MAX batch: 2 ") +
        channels + " }";
    const auto task = Make(text);
    ASSERT_TRUE(task.ok()) << task.status();
    v1::Task config;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config));
    const TaskFacts facts = FactsOf(config);
    ASSERT_EQ(facts.tensors.size(), (*task)->parameters().size());
    for (size_t i = 0; i < facts.tensors.size(); ++i) {
      EXPECT_EQ(facts.tensors[i].name, (*task)->parameters()[i].name);
      EXPECT_EQ(facts.tensors[i].shape, (*task)->parameters()[i].shape);
      EXPECT_EQ(facts.tensors[i].offset, (*task)->parameters()[i].offset);
    }
  }
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
                "data set 0 is unknown");
  const std::string mlp = "image_mlp { dataset: DATASET_FASHION_MNIST activation: ACTIVATION_RELU ";
  ExpectInvalid(mlp + "size: 8 }", "image_mlp.batch is 0");
  const std::string net = "conv_net { dataset: DATASET_FASHION_MNIST size: 8 batch: 1 ";
  ExpectInvalid(net + "pool: POOL_AVG }", "conv_net.activation is 0");
  ExpectInvalid(net + "activation: ACTIVATION_RELU }", "conv_net.pool is 0");
  ExpectInvalid(net + "activation: ACTIVATION_RELU pool: POOL_AVG channels: 4096 }",
                "conv_net.channels is 4096");
  ExpectInvalid(mlp + "size: 4000000000 batch: 1 }", "cannot be resized");
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
