// The batched text of conv_net and its plain loops against LibTorch used as its manual says: one
// network at a time, in double.
#include <ATen/TensorOperators.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/pad.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

#include "tests/testing/shared_data.h"
#include "tests/worker/engine/torch/fixtures.h"
#include "worker/engine/torch/differentiate.h"
#include "worker/network/torch/run_torch.h"
#include "worker/engine/torch/torch_batches.h"
#include "worker/engine/torch/torch_rows.h"

namespace paceline {
namespace {

using testing::SmallConvNet;

constexpr int64_t kRuns = 3, kStep = 5;

// parameters: of one run; images [example, row, column, channel], labels [example].
at::Tensor PlainLoss(const v1::ConvNet& config, const std::vector<at::Tensor>& parameters,
                     const at::Tensor& images, const at::Tensor& labels) {
  at::Tensor x = images.permute({0, 3, 1, 2});
  for (size_t layer = 0; layer + 2 < parameters.size(); layer += 2) {
    const bool first = layer == 0, odd = x.size(2) % 2 != 0;
    const int64_t before = first && !odd ? 0 : 1;
    const std::vector<int64_t> stride(2, first ? 2 : 1);
    x = at::conv2d(at::pad(x, {before, 1, before, 1}), parameters[layer].permute({3, 2, 0, 1}),
                   parameters[layer + 1], stride)
            .relu();
  }
  const at::Tensor pooled =
      config.pool() == v1::POOL_MAX ? at::amax(x, {2, 3}) : x.mean(at::IntArrayRef{2, 3});
  const size_t last = parameters.size() - 2;
  return at::cross_entropy_loss(at::linear(pooled, parameters[last].t(), parameters[last + 1]),
                                labels);
}

class ConvNetOracle : public ::testing::TestWithParam<v1::Pool> {
 protected:
  void Make(const v1::Task& config) {
    config_ = config;
    task_ = MakeTask(config, SharedData()).value();
    for (uint32_t run = 0; run < kRuns; ++run) seeds_.push_back({.key = 4, .particle = run});
    rows_ = std::make_unique<TorchRows>(task_->parameters(), kRuns, at::kCPU);
    for (int64_t run = 0; run < kRuns; ++run) {
      // Biases that are not 0, so that they matter.
      FillNormals({.key = 9, .particle = static_cast<uint32_t>(run)}, 0, rows_->row(run));
      for (float& value : rows_->row(run)) value *= 0.3f;
    }
    batches_ = std::make_unique<TorchBatches>(*task_->torch_program(), kRuns, 1, at::kCPU);
    batches_->Begin(
        BatchTable(*task_->torch_program(), seeds_, std::vector<int64_t>(kRuns, kStep), 1), {});
    batch_ = batches_->At(at::zeros({1}, at::kLong));
  }

  // The oracle's loss and gradients of a run.
  std::pair<double, std::vector<at::Tensor>> Expected(int64_t run) const {
    std::vector<at::Tensor> leaves;
    for (const at::Tensor& view : rows_->views()) {
      leaves.push_back(view[run].to(at::kDouble).detach().requires_grad_());
    }
    const at::Tensor loss = PlainLoss(config_.conv_net(), leaves,
                                      batch_.arrays[0][run].to(at::kDouble), batch_.arrays[1][run]);
    return {loss.item<double>(), torch::autograd::grad({loss}, leaves)};
  }

  v1::Task config_;
  std::unique_ptr<Task> task_;
  std::vector<RunSeed> seeds_;
  std::unique_ptr<TorchRows> rows_;
  std::unique_ptr<TorchBatches> batches_;
  TorchBatch batch_;
};

TEST_P(ConvNetOracle, AllRunsTogetherInDoubleAreEachAloneInDouble) {
  const absl::Status status = RunTorch([&] {
    Make(SmallConvNet(GetParam()));
    std::vector<at::Tensor> leaves, gradients;
    for (const at::Tensor& view : rows_->views()) {
      leaves.push_back(view.to(at::kDouble).detach().requires_grad_());
      gradients.push_back(at::empty_like(leaves.back()));
    }
    const at::Tensor losses = Differentiate(MakeTorchLoss(config_), leaves, batch_, gradients);
    for (int64_t run = 0; run < kRuns; ++run) {
      const auto [loss, expected] = Expected(run);
      EXPECT_NEAR(losses[run].item<double>(), loss, 1e-12);
      for (size_t i = 0; i < expected.size(); ++i) {
        EXPECT_LE((gradients[i][run] - expected[i]).abs().max().item<double>(), 1e-12)
            << task_->parameters()[i].name;
      }
    }
  });
  EXPECT_TRUE(status.ok()) << status;
}

TEST_P(ConvNetOracle, ThePlainLoopsAgreeWithinFloat32) {
  const absl::Status status = RunTorch([&] {
    Make(SmallConvNet(GetParam()));
    for (int64_t run = 0; run < kRuns; ++run) {
      const auto [loss, expected] = Expected(run);
      std::vector<float> gradient(task_->parameter_count());
      EXPECT_NEAR(task_->LossAndGradient(seeds_[run], kStep, rows_->row(run), gradient), loss,
                  1e-5);
      for (size_t i = 0; i < expected.size(); ++i) {
        const ParameterTensor& tensor = task_->parameters()[i];
        const at::Tensor own =
            at::from_blob(gradient.data() + tensor.offset, tensor.shape, at::kFloat);
        EXPECT_LE((own - expected[i]).abs().max().item<double>(), 1e-5) << tensor.name;
      }
    }
  });
  EXPECT_TRUE(status.ok()) << status;
}

INSTANTIATE_TEST_SUITE_P(Pools, ConvNetOracle, ::testing::Values(v1::POOL_AVG, v1::POOL_MAX));

}  // namespace
}  // namespace paceline
