#include "tests/worker/engine/torch/fixtures.h"

#include <google/protobuf/text_format.h>

#include <string>

#include "common/lopt/layout.h"
#include "common/noise/streams.h"
#include "tests/testing/sample_optimizers.h"
#include "tests/testing/shared_data.h"

namespace paceline::testing {

v1::LearnedOptimizer Adafac() {
  v1::LearnedOptimizer optimizer;
  SetNetwork(*optimizer.mutable_adafac_mlp(), 4, 2, 0.05);
  return optimizer;
}

v1::Task SmallMlp(v1::Activation activation) {
  v1::Task config;
  v1::ImageMlp& mlp = *config.mutable_image_mlp();
  mlp.set_dataset(v1::DATASET_FASHION_MNIST);
  mlp.set_size(4);
  mlp.add_hidden(12);
  mlp.add_hidden(7);
  mlp.set_activation(activation);
  mlp.set_batch(32);
  return config;
}

v1::Task SmallConvNet(v1::Pool pool) {
  v1::Task config;
  v1::ConvNet& net = *config.mutable_conv_net();
  net.set_dataset(v1::DATASET_FASHION_MNIST);
  net.set_size(6);
  net.add_channels(5);
  net.add_channels(7);
  net.set_activation(v1::ACTIVATION_RELU);
  net.set_batch(8);
  net.set_pool(pool);
  return config;
}

v1::Task SmallQuadratic(v1::QuadraticKind kind) {
  v1::Task config;
  config.mutable_quadratic()->set_dimension(11);
  config.mutable_quadratic()->set_kind(kind);
  return config;
}

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

Runs::Runs(const v1::Task& task_config, const v1::LearnedOptimizer& optimizer, int runs)
    : task_config_(task_config), optimizer_(optimizer), runs_(runs) {
  task_ = MakeTask(task_config, SharedData()).value();
  const std::vector<float> initial = InitialTheta(LayoutOf(optimizer), 3);
  theta_size_ = initial.size();
  thetas_.resize(runs * theta_size_);
  for (int run = 0; run < runs; ++run) {
    const Stream stream{.key = 4, .purpose = Purpose::kPerturbation, .episode = 1};
    Perturb(initial, 0.1f * static_cast<float>(run), +1, stream, theta(run));
  }
}

std::unique_ptr<InnerRuns> Runs::MakeTorch() {
  auto made = MakeTorchRuns(optimizer_, task_config_, *task_, runs_);
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

std::unique_ptr<InnerRuns> Runs::Reference() {
  return Started(MakeReferenceRuns(optimizer_, *task_, runs_));
}

void Runs::Start(InnerRuns& made, int run) {
  const RunSeed seed{.key = 9, .particle = static_cast<uint32_t>(run / 2), .episode = 6};
  const absl::Status status = made.Start(run, seed, 100);
  ASSERT_TRUE(status.ok()) << status;
}

std::unique_ptr<InnerRuns> Runs::Started(std::unique_ptr<InnerRuns> made) {
  for (int run = 0; run < runs_; ++run) Start(*made, run);
  return made;
}

std::vector<RunTheta> Runs::Thetas() {
  std::vector<RunTheta> thetas;
  for (int run = 0; run < runs_; ++run) thetas.push_back({theta(run)});
  return thetas;
}

std::vector<float> Runs::Advance(InnerRuns& made, int64_t steps) {
  std::vector<float> losses(runs_ * steps);
  const absl::Status status = made.Advance(Thetas(), steps, losses);
  EXPECT_TRUE(status.ok()) << status;
  return losses;
}

}  // namespace paceline::testing
