#include "worker/engine/torch/torch_task.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "worker/engine/torch/torch_losses.h"
#include "worker/task/image_mlp.h"
#include "worker/task/quadratic.h"

namespace paceline {
namespace {

class TorchImageMlp : public TorchTask {
 public:
  TorchImageMlp(const ImageMlp& task, int64_t runs, at::Device device)
      : TorchTask(runs), task_(task), batch_(task.batch()) {
    const Examples& train = task.data().train;
    const int64_t examples = static_cast<int64_t>(train.count());
    const int64_t pixels = static_cast<int64_t>(train.images.size()) / examples;
    images_ = at::from_blob(const_cast<float*>(train.images.data()), {examples, pixels}, at::kFloat)
                  .to(device);
    labels_ = at::from_blob(const_cast<int32_t*>(train.labels.data()), {examples}, at::kInt)
                  .to(device, at::kLong);
    for (size_t i = 0; i + 1 < task.widths().size(); ++i) {
      const std::string layer = "mlp/~/linear_" + std::to_string(i);
      layers_.push_back({IndexOf(layer + "/w"), IndexOf(layer + "/b")});
    }
  }

  LossesAndGradients Evaluate(std::span<const int64_t> steps,
                              const std::vector<at::Tensor>& parameters) override {
    const int64_t runs = static_cast<int64_t>(steps.size());
    const at::Tensor examples = BatchExamples(steps);
    const at::Tensor images = images_.index_select(0, examples).view({runs, batch_, -1});
    const at::Tensor labels = labels_.index_select(0, examples).view({runs, batch_});
    return Differentiate(
        [&](const std::vector<at::Tensor>& leaves) {
          return ImageMlpLosses(LayersOf(leaves), task_.activation(), images, labels);
        },
        parameters);
  }

 private:
  struct LayerIndices {
    size_t weights, biases;  // in Task::parameters()
  };

  size_t IndexOf(const std::string& name) const {
    const auto& tensors = task_.parameters();
    const auto found = std::find_if(tensors.begin(), tensors.end(),
                                    [&](const ParameterTensor& t) { return t.name == name; });
    return static_cast<size_t>(found - tensors.begin());
  }

  std::vector<TorchLayer> LayersOf(const std::vector<at::Tensor>& parameters) const {
    std::vector<TorchLayer> layers;
    for (const LayerIndices& layer : layers_) {
      layers.push_back({parameters.at(layer.weights), parameters.at(layer.biases)});
    }
    return layers;
  }

  // [run · example]
  at::Tensor BatchExamples(std::span<const int64_t> steps) const {
    std::vector<uint32_t> batch(static_cast<size_t>(batch_));
    const at::Tensor examples = at::empty({static_cast<int64_t>(steps.size()) * batch_}, at::kLong);
    int64_t* out = examples.mutable_data_ptr<int64_t>();
    for (size_t run = 0; run < steps.size(); ++run) {
      task_.BatchIndices(seeds()[run], steps[run], batch);
      out = std::copy(batch.begin(), batch.end(), out);
    }
    return examples.to(images_.device());
  }

  const ImageMlp& task_;
  int64_t batch_;
  at::Tensor images_;  // [example, pixel]
  at::Tensor labels_;  // [example]
  std::vector<LayerIndices> layers_;
};

class TorchQuadratic : public TorchTask {
 public:
  TorchQuadratic(const Quadratic& task, int64_t runs, at::Device device)
      : TorchTask(runs), task_(task) {
    const int64_t dimension = static_cast<int64_t>(task.parameter_count());
    targets_ = at::zeros({runs, dimension}, at::kFloat).to(device);
  }

  void Start(int64_t run, const RunSeed& seed) override {
    TorchTask::Start(run, seed);
    std::vector<float> target = task_.Target(seed);
    if (target.empty()) return;
    targets_.select(0, run).copy_(at::from_blob(target.data(), {targets_.size(1)}, at::kFloat));
  }

  LossesAndGradients Evaluate(std::span<const int64_t>,
                              const std::vector<at::Tensor>& parameters) override {
    return Differentiate(
        [&](const std::vector<at::Tensor>& leaves) {
          return QuadraticLosses(task_.kind(), leaves.at(0), targets_);
        },
        parameters);
  }

 private:
  const Quadratic& task_;
  at::Tensor targets_;  // [run, dimension]
};

}  // namespace

LossesAndGradients Differentiate(
    const std::function<at::Tensor(const std::vector<at::Tensor>&)>& losses,
    const std::vector<at::Tensor>& parameters) {
  const at::AutoGradMode with_autograd(true);
  std::vector<at::Tensor> leaves;
  for (const at::Tensor& p : parameters) leaves.push_back(p.detach().requires_grad_());
  const at::Tensor per_run = losses(leaves);
  // The gradient of the sum over runs: no run's loss depends on another run's parameters.
  std::vector<at::Tensor> gradients =
      torch::autograd::grad({per_run}, leaves, {at::ones_like(per_run)});
  return {per_run.detach(), std::move(gradients)};
}

absl::StatusOr<std::unique_ptr<TorchTask>> MakeTorchTask(const v1::Task& config, const Task& task,
                                                         int64_t runs, at::Device device) {
  if (const auto* image_mlp = dynamic_cast<const ImageMlp*>(&task); image_mlp != nullptr) {
    return std::make_unique<TorchImageMlp>(*image_mlp, runs, device);
  }
  if (const auto* quadratic = dynamic_cast<const Quadratic*>(&task); quadratic != nullptr) {
    return std::make_unique<TorchQuadratic>(*quadratic, runs, device);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the torch engine runs image_mlp and quadratic tasks, not kind ",
                   static_cast<int>(config.kind_case())));
}

}  // namespace paceline
