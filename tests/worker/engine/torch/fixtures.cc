#include "tests/worker/engine/torch/fixtures.h"

#include "common/lopt/layout.h"
#include "common/noise/streams.h"
#include "tests/testing/sample_optimizers.h"
#include "tests/testing/shared_data.h"
#include "worker/task/make_task.h"

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
