// Back-propagation through the unroll of a learned optimizer on a task.
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/lopt/curvature.h"
#include "common/task/facts.h"
#include "worker/engine/torch/torch_batches.h"
#include "worker/network/torch/run_torch.h"
#include "worker/pathwise/pathwise.h"
#include "worker/reference/optimizer.h"
#include "worker/reference/unrolled_step.h"

namespace paceline {
namespace {

class UnrolledPathwise : public PathwiseRuns {
 public:
  UnrolledPathwise(std::unique_ptr<ReferenceOptimizer> optimizer, TorchLoss loss, const Task& task,
                   int runs, at::ScalarType type)
      : loss_(std::move(loss)),
        task_(task),
        type_(type),
        optimizer_(std::move(optimizer)),
        seeds_(runs),
        steps_(runs),
        num_steps_(runs) {
    for (const ParameterTensor& tensor : task.parameters()) {
      std::vector<int64_t> shape = {runs};
      shape.insert(shape.end(), tensor.shape.begin(), tensor.shape.end());
      parameters_.push_back(at::zeros(shape, type));
    }
  }

  absl::Status Start(int run, const RunSeed& seed, int64_t num_steps) override {
    seeds_[run] = seed;
    steps_[run] = 0;
    num_steps_[run] = static_cast<double>(num_steps);
    std::vector<float> initial(task_.parameter_count());
    task_.SampleInitial(seed, initial);
    return RunTorch([&] {
      const at::NoGradGuard no_autograd;
      const auto& tensors = task_.parameters();
      for (size_t i = 0; i < tensors.size(); ++i) {
        const at::Tensor values =
            at::from_blob(initial.data() + tensors[i].offset, tensors[i].shape, at::kFloat);
        parameters_[i].select(0, run).copy_(values);
      }
      optimizer_->Reset(run);
    });
  }

  absl::Status Advance(std::span<const double> theta, int64_t steps, std::span<double> losses,
                       std::span<double> gradients) override {
    return RunTorch([&] {
      const at::AutoGradMode with_autograd(true);
      const at::Tensor thetas = ThetaLeaf(theta);
      optimizer_->SetTheta(thetas);
      std::vector<at::Tensor> of_steps;  // [step][run]
      for (int64_t step = 0; step < steps; ++step) of_steps.push_back(Step());
      const at::Tensor table = at::stack(of_steps, 1);  // [run, step]
      const double bound = task_.meta_loss_bound();
      const at::Tensor means = table.clamp(-bound, bound).mean(1);
      CopyOut(torch::autograd::grad({means}, {thetas}, {at::ones_like(means)})[0], gradients);
      CopyOut(table, losses);
      Detach();
    });
  }

 private:
  int64_t runs() const { return static_cast<int64_t>(seeds_.size()); }

  // A row for each run, so that each run's gradient is its own: [run, P].
  at::Tensor ThetaLeaf(std::span<const double> theta) const {
    const auto size = static_cast<int64_t>(theta.size());
    const at::Tensor row = at::from_blob(const_cast<double*>(theta.data()), {1, size}, at::kDouble);
    return row.expand({runs(), size}).to(type_).clone().requires_grad_();
  }

  // One inner step of all runs; losses before the update, [run].
  at::Tensor Step() {
    // Rows of its own for each step: what autograd keeps of them must not change.
    const TorchProgram& program = *task_.torch_program();
    TorchBatches batches(program, runs(), /*max_steps=*/1, at::kCPU);
    StepTables tables = TablesOf(program, seeds_, steps_, 1);
    tables.episode = EpisodeTable(program, seeds_);
    batches.Begin(tables);
    at::Tensor losses = UnrolledStep(*optimizer_, loss_, batches.At(at::zeros({1}, at::kLong)),
                                     steps_, num_steps_, parameters_);
    for (int64_t& step : steps_) ++step;
    return losses;
  }

  void Detach() {
    for (at::Tensor& p : parameters_) p = p.detach();
    optimizer_->Detach();
  }

  static void CopyOut(const at::Tensor& from, std::span<double> to) {
    const at::Tensor values = from.detach().to(at::kDouble).contiguous();
    std::copy_n(values.const_data_ptr<double>(), to.size(), to.begin());
  }

  const TorchLoss loss_;
  const Task& task_;
  const at::ScalarType type_;
  const std::unique_ptr<ReferenceOptimizer> optimizer_;
  std::vector<RunSeed> seeds_;          // [run]
  std::vector<int64_t> steps_;          // [run]
  std::vector<double> num_steps_;       // [run]
  std::vector<at::Tensor> parameters_;  // [run, shape...]
};

}  // namespace

absl::StatusOr<std::unique_ptr<PathwiseRuns>> MakeUnrolledPathwise(
    const v1::LearnedOptimizer& optimizer, const v1::Task& task_config, const Task& task, int runs,
    Precision precision) {
  const TorchLoss loss = MakeTorchLoss(task_config);
  if (loss == nullptr || task.torch_program() == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("back-propagation does not go through ",
                                                   FactsOf(task_config).article_and_name));
  }
  if (!CurvatureOf(optimizer).none()) {
    return absl::InvalidArgumentError("back-propagation does not go through curvature features");
  }
  std::unique_ptr<PathwiseRuns> made;
  const at::ScalarType type = precision == Precision::kDouble ? at::kDouble : at::kFloat;
  absl::Status status = RunTorch([&] {
    auto reference = MakeReferenceOptimizer(optimizer, task.parameters(), runs, type);
    if (reference == nullptr) return;
    made = std::make_unique<UnrolledPathwise>(std::move(reference), loss, task, runs, type);
  });
  if (!status.ok()) return status;
  if (made == nullptr) {
    return absl::InvalidArgumentError("back-propagation needs a learned optimizer");
  }
  return made;
}

}  // namespace paceline
