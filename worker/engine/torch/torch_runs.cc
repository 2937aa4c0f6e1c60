// The batched tier: LibTorch differentiates all runs together, the fused optimizer of worker/optim
// then updates one run after the other, in place.
//
// Determinism: one LibTorch build on one kind of processor gives the same bits every time, in any
// thread, whatever the other runs' values are. It is not promised that a run has the same bits
// among another number of runs, or at another place among them.
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_error.h"
#include "common/task/facts.h"
#include "worker/engine/curvature_source.h"
#include "worker/engine/inner_runs.h"
#include "worker/engine/torch/differentiate.h"
#include "worker/engine/torch/torch_batches.h"
#include "worker/engine/torch/torch_rows.h"
#include "worker/network/torch/run_torch.h"
#include "worker/optim/optimizer.h"
#include "worker/task/own/own_task.h"

namespace paceline {
namespace {

struct Run {
  RunSeed seed;
  int64_t step = 0;
  int64_t num_steps = 0;
  bool has_state = false;  // false until the first Advance
};

// As one tensor, so that a run's state is a row like its parameters.
std::vector<ParameterTensor> StateTensor(const Optimizer& optimizer) {
  const size_t size = optimizer.state_size();
  return {{"state", {static_cast<int64_t>(size)}, 0, size}};
}

// What the runs are given, step by step.
class StepBatches {
 public:
  virtual ~StepBatches() = default;
  // Of inner step steps[run] of every run.
  virtual TorchBatch At(std::span<const int64_t> steps) = 0;
  // Calls f(), which differentiates on them.
  virtual void Differentiate(const std::function<void()>& f) { f(); }
};

class ProgramBatches : public StepBatches {
 public:
  ProgramBatches(const TorchProgram& program, std::vector<RunSeed> seeds)
      : program_(program),
        seeds_(std::move(seeds)),
        batches_(program, static_cast<int64_t>(seeds_.size()), /*max_steps=*/1, at::kCPU) {
    batches_.Begin({.episode = EpisodeTable(program, seeds_)});
  }
  TorchBatch At(std::span<const int64_t> steps) override {
    batches_.Begin(TablesOf(program_, seeds_, steps, 1));
    return batches_.At(first_);
  }

 private:
  const TorchProgram& program_;
  const std::vector<RunSeed> seeds_;
  const at::Tensor first_ = at::zeros({1}, at::kLong);  // the number of a lone step
  TorchBatches batches_;
};

class OwnBatches : public StepBatches {
 public:
  OwnBatches(const OwnTask& task, std::vector<RunSeed> seeds)
      : task_(task), seeds_(std::move(seeds)) {}
  TorchBatch At(std::span<const int64_t> steps) override {
    return {.arrays = task_.TrainingBatches(seeds_, steps), .episode = {}, .draws = {}};
  }
  void Differentiate(const std::function<void()>& f) override {
    task_.Try("have its losses differentiated", f);
  }

 private:
  const OwnTask& task_;
  const std::vector<RunSeed> seeds_;
};

std::unique_ptr<StepBatches> MakeBatches(const Task& task, std::vector<RunSeed> seeds) {
  if (const OwnTask* own = task.batched_own_task(); own != nullptr) {
    return std::make_unique<OwnBatches>(*own, std::move(seeds));
  }
  return std::make_unique<ProgramBatches>(*task.torch_program(), std::move(seeds));
}

class TorchRuns : public InnerRuns {
 public:
  TorchRuns(std::unique_ptr<Optimizer> optimizer, const CurvatureNeeds& needs, const Task& task,
            TorchLoss loss, int runs)
      : task_(task),
        loss_(std::move(loss)),
        optimizer_(std::move(optimizer)),
        source_(MakeKernelSource(task, lane::ActiveTarget())),
        curvature_(needs, *source_, task.parameter_count()),
        runs_(runs),
        parameters_(task.parameters(), runs, at::kCPU),
        states_(StateTensor(*optimizer_), runs, at::kCPU) {
    for (const at::Tensor& view : parameters_.views()) {
      leaves_.push_back(view.detach().requires_grad_());
    }
  }

  absl::Status Start(int run, const RunSeed& seed, int64_t num_steps) override {
    runs_[run] = {.seed = seed, .num_steps = num_steps};
    return CatchStatus([&] {
      task_.SampleInitial(seed, parameters_.row(run));
      return absl::OkStatus();
    });
  }

  absl::Status Advance(std::span<const RunTheta> thetas, int64_t steps,
                       std::span<float> losses) override {
    if (thetas.size() != runs_.size() || losses.size() != runs_.size() * steps) {
      return absl::InvalidArgumentError(absl::StrCat("θ of ", thetas.size(), " runs, not ",
                                                     runs_.size(), ", or losses of ", losses.size(),
                                                     ", not ", runs_.size() * steps));
    }
    return RunTorch([&] {
      Window window = OpenWindow(thetas);
      for (int64_t step = 0; step < steps; ++step) AdvanceOneStep(window, step, steps, losses);
    });
  }

  absl::Status Observe(StepObserver observer) override {
    observer_ = std::move(observer);
    return absl::OkStatus();
  }

  void Copy(int from, int to) override {
    runs_[to] = runs_[from];
    std::ranges::copy(parameters_.row(from), parameters_.row(to).begin());
    std::ranges::copy(states_.row(from), states_.row(to).begin());
  }

  std::vector<float> Parameters(int run) const override {
    const std::span<const float> row = parameters_.row(run);
    std::vector<float> values(row.begin(), row.end());
    if (runs_[run].has_state) optimizer_->Finish(states_.row(run), values);
    return values;
  }

  absl::StatusOr<RunRow> Save(int run) const override {
    const auto copy = [&](const TorchRows& from) {
      return std::vector<float>(from.row(run).begin(), from.row(run).end());
    };
    return RunRow{
        .parameters = copy(parameters_), .state = copy(states_), .system = {}, .history = {}};
  }
  absl::Status Restore(int run, int64_t step, const RunRow& row) override {
    absl::Status status = CheckRow(row, parameters_.row(run).size(), states_.row(run).size(), 0);
    if (!status.ok()) return status;
    std::ranges::copy(row.parameters, parameters_.row(run).begin());
    std::ranges::copy(row.state, states_.row(run).begin());
    runs_[run].step = step;
    runs_[run].has_state = true;
    return absl::OkStatus();
  }

 private:
  // What is needed while a window runs; a block that waits holds nothing but its state.
  struct Window {
    std::unique_ptr<StepBatches> batches;
    TorchRows gradients;
    std::vector<std::unique_ptr<PreparedTheta>> prepared;  // [run]
    std::vector<int64_t> steps;                            // [run]
    std::vector<bool> finite;                              // [run]: all losses so far
    std::vector<float> scratch;
  };

  Window OpenWindow(std::span<const RunTheta> thetas) {
    std::vector<RunSeed> seeds;
    for (const Run& run : runs_) seeds.push_back(run.seed);
    Window window{.batches = MakeBatches(task_, std::move(seeds)),
                  .gradients = TorchRows(task_.parameters(), runs_.size(), at::kCPU),
                  .prepared = {},
                  .steps = {},
                  .finite = std::vector<bool>(runs_.size(), true),
                  .scratch = std::vector<float>(optimizer_->scratch_size())};
    std::vector<float> theta(thetas.empty() ? 0 : thetas.front().theta.size());
    for (size_t run = 0; run < runs_.size(); ++run) {
      thetas[run].Fill(theta);
      window.prepared.push_back(optimizer_->Prepare(theta));
      window.steps.push_back(runs_[run].step);
      if (runs_[run].has_state) continue;
      optimizer_->InitState(*window.prepared[run], states_.row(run));
      runs_[run].has_state = true;
    }
    return window;
  }

  // losses [run, steps], of which `step` is filled.
  void AdvanceOneStep(Window& window, int64_t step, int64_t steps, std::span<float> losses) {
    const TorchBatch batch = window.batches->At(window.steps);
    at::Tensor torch_losses;
    window.batches->Differentiate(
        [&] { torch_losses = Differentiate(loss_, leaves_, batch, window.gradients.views()); });
    const float* own = torch_losses.const_data_ptr<float>();
    for (size_t run = 0; run < runs_.size(); ++run) {
      losses[run * steps + step] = UpdateRun(window, run, own[run]);
      if (observer_ && window.finite[run]) {
        observer_(static_cast<int>(run), step, parameters_.row(run));
      }
      window.steps[run] = ++runs_[run].step;
    }
  }

  // Returns the loss to report. A run whose loss is no longer finite stands still: its parameters
  // mean nothing any more.
  float UpdateRun(Window& window, size_t run, float loss) {
    if (!window.finite[run]) return std::numeric_limits<float>::quiet_NaN();
    window.finite[run] = std::isfinite(loss);
    if (window.finite[run]) {
      InnerStep inner = {.iteration = runs_[run].step,
                         .num_steps = runs_[run].num_steps,
                         .loss = loss,
                         .gradient = window.gradients.row(run).data()};
      curvature_.Fill(runs_[run].seed, parameters_.row(run), inner);
      optimizer_->Update(*window.prepared[run], inner, parameters_.row(run), states_.row(run),
                         window.scratch);
    }
    return loss;
  }

  const Task& task_;
  const TorchLoss loss_;
  const std::unique_ptr<Optimizer> optimizer_;
  const std::unique_ptr<GradientSource> source_;  // of curvature alone
  CurvatureSource curvature_;
  std::vector<Run> runs_;
  TorchRows parameters_;
  std::vector<at::Tensor> leaves_;  // the parameters, for autograd
  TorchRows states_;
  StepObserver observer_;
};

// Null for a task that LibTorch does not run.
TorchLoss LossOf(const v1::Task& config, const Task& task) {
  if (const OwnTask* own = task.batched_own_task(); own != nullptr) {
    return [own](const std::vector<at::Tensor>& parameters, const TorchBatch& batch) {
      return own->Losses(parameters, batch.arrays);
    };
  }
  return task.torch_program() == nullptr ? nullptr : MakeTorchLoss(config);
}

absl::StatusOr<std::unique_ptr<InnerRuns>> Make(std::unique_ptr<Optimizer> optimizer,
                                                const CurvatureNeeds& needs,
                                                const v1::Task& task_config, const Task& task,
                                                int runs) {
  TorchLoss loss = LossOf(task_config, task);
  if (loss == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("the torch engine does not run ", FactsOf(task_config).article_and_name));
  }
  std::unique_ptr<InnerRuns> result;
  const absl::Status status = RunTorch([&] {
    result = std::make_unique<TorchRuns>(std::move(optimizer), needs, task, std::move(loss), runs);
  });
  if (!status.ok()) return status;
  return result;
}

}  // namespace

absl::StatusOr<std::unique_ptr<InnerRuns>> MakeTorchRuns(const v1::LearnedOptimizer& optimizer,
                                                         const v1::Task& task_config,
                                                         const Task& task, int runs) {
  return Make(MakeOptimizer(optimizer, task.parameters(), Arithmetic::kSimd),
              CurvatureOf(optimizer), task_config, task, runs);
}

absl::StatusOr<std::unique_ptr<InnerRuns>> MakeTorchRuns(std::unique_ptr<Optimizer> optimizer,
                                                         const v1::Task& task_config,
                                                         const Task& task, int runs) {
  return Make(std::move(optimizer), CurvatureNeeds(), task_config, task, runs);
}

}  // namespace paceline
