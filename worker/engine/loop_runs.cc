// The reference and the fused tier: one run after the other, a window at a time.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "common/base/aligned_floats.h"
#include "common/base/status_error.h"
#include "worker/engine/curvature_source.h"
#include "worker/engine/gradient_source.h"
#include "worker/engine/inner_runs.h"
#include "worker/network/torch/run_torch.h"
#include "worker/optim/make.h"
#include "worker/task/augment/augmented_task.h"
#include "worker/task/augment/delay_line.h"

namespace paceline {
namespace {

struct Run {
  RunSeed seed;
  int64_t step = 0;
  int64_t num_steps = 0;
  AlignedFloats parameters;
  AlignedFloats state;  // empty until the first Advance
  DelayLine history;
};

// One window of one run: θ as the optimizer wants it, and whether the losses were finite so far.
struct Passage {
  int index;
  Run* run;
  std::unique_ptr<PreparedTheta> prepared;
  std::span<float> losses;
  bool finite = true;
};

class LoopRuns : public InnerRuns {
 public:
  LoopRuns(const Task& task, std::unique_ptr<GradientSource> source,
           std::unique_ptr<Optimizer> optimizer, const CurvatureNeeds& needs, int runs)
      : task_(task),
        augmented_(task.augmented()),
        delay_(augmented_ == nullptr ? 0 : augmented_->delay_steps()),
        source_(std::move(source)),
        curvature_(needs, *source_, task.parameter_count()),
        optimizer_(std::move(optimizer)),
        runs_(runs),
        gradient_(task.parameter_count()),
        scratch_(optimizer_->scratch_size()) {}

  absl::Status Start(int run, const RunSeed& seed, int64_t num_steps) override {
    Run& r = runs_[run];
    r.seed = seed;
    r.step = 0;
    r.num_steps = num_steps;
    r.parameters = AlignedFloats(task_.parameter_count());
    r.state = AlignedFloats();
    return CatchStatus([&] {
      task_.SampleInitial(seed, r.parameters.span());
      r.history = DelayLine(delay_, r.parameters.span());
      return absl::OkStatus();
    });
  }

  absl::Status Advance(std::span<const RunTheta> thetas, int64_t steps,
                       std::span<float> losses) override {
    // A task in LibTorch operations throws.
    return RunTorch([&] { AdvanceAll(thetas, steps, losses); });
  }

  absl::Status Observe(StepObserver observer) override {
    observer_ = std::move(observer);
    return absl::OkStatus();
  }
  void Copy(int from, int to) override { runs_[to] = runs_[from]; }
  std::vector<float> Parameters(int run) const override {
    const Run& own = runs_[run];
    std::vector<float> values(own.parameters.span().begin(), own.parameters.span().end());
    if (!own.state.empty()) optimizer_->Finish(own.state.span(), values);
    return values;
  }

  absl::StatusOr<RunRow> Save(int run) const override {
    const auto copy = [](std::span<const float> from) {
      return std::vector<float>(from.begin(), from.end());
    };
    const Run& own = runs_[run];
    return RunRow{.parameters = copy(own.parameters.span()),
                  .state = copy(own.state.span()),
                  .system = {},
                  .history = copy(own.history.values())};
  }
  absl::Status Restore(int run, int64_t step, const RunRow& row) override {
    Run& own = runs_[run];
    absl::Status status = CheckRow(row, task_.parameter_count(), optimizer_->state_size(), 0,
                                   own.history.values().size());
    if (!status.ok()) return status;
    own.step = step;
    own.state = AlignedFloats(row.state.size());
    std::ranges::copy(row.parameters, own.parameters.span().begin());
    std::ranges::copy(row.state, own.state.span().begin());
    std::ranges::copy(row.history, own.history.values().begin());
    return absl::OkStatus();
  }

 private:
  void AdvanceAll(std::span<const RunTheta> thetas, int64_t steps, std::span<float> losses) {
    for (size_t i = 0; i < runs_.size();) {
      // Neighbours that see the same batches, as the two signs of a particle do, go side by side.
      size_t end = i + 1;
      while (end < runs_.size() && end < i + Together() && SameBatches(runs_[i], runs_[end])) ++end;
      std::vector<Passage> passages;
      for (; i < end; ++i) {
        passages.push_back(Enter(static_cast<int>(i), thetas[i], losses.subspan(i * steps, steps)));
      }
      for (int64_t step = 0; step < steps; ++step) {
        for (Passage& passage : passages) AdvanceOneStep(passage, step);
      }
    }
  }

  // As many runs' states and prepared θ as a core's cache holds easily.
  size_t Together() const {
    constexpr size_t kLargeTheta = 64 * 1024;
    return optimizer_->prepared_size() < kLargeTheta ? 2 : 1;
  }

  static bool SameBatches(const Run& a, const Run& b) {
    return a.seed == b.seed && a.step == b.step;
  }

  Passage Enter(int index, const RunTheta& theta, std::span<float> losses) {
    Run& run = runs_[index];
    theta_.resize(theta.theta.size());
    theta.Fill(theta_);
    auto prepared = optimizer_->Prepare(theta_);
    if (run.state.empty()) {
      run.state = AlignedFloats(optimizer_->state_size());
      optimizer_->InitState(*prepared, run.state.span());
    }
    return {index, &run, std::move(prepared), losses};
  }

  // A run whose loss is no longer finite stands still: its parameters mean nothing any more.
  void AdvanceOneStep(Passage& passage, int64_t step) {
    Run& run = *passage.run;
    float& loss = passage.losses[step];
    if (passage.finite) {
      loss = source_->LossAndGradient(run.seed, run.step,
                                      run.history.Before(run.step, run.parameters.span()),
                                      gradient_.span());
      passage.finite = std::isfinite(loss);
    } else {
      loss = std::numeric_limits<float>::quiet_NaN();
    }
    if (passage.finite) {
      InnerStep inner = {.iteration = run.step,
                         .num_steps = run.num_steps,
                         .loss = augmented_ == nullptr ? loss : loss * augmented_->loss_factor(),
                         .gradient = gradient_.data()};
      curvature_.Fill(run.seed, run.parameters.span(), inner);
      run.history.Push(run.step, run.parameters.span());
      optimizer_->Update(*passage.prepared, inner, run.parameters.span(), run.state.span(),
                         scratch_.span());
      if (augmented_ != nullptr) augmented_->Store(run.parameters.span());
      if (observer_) observer_(passage.index, step, run.parameters.span());
    }
    ++run.step;
  }

  const Task& task_;
  const AugmentedTask* const augmented_;  // the task, if something is done to it
  const size_t delay_;
  std::unique_ptr<GradientSource> source_;
  CurvatureSource curvature_;
  std::unique_ptr<Optimizer> optimizer_;
  std::vector<Run> runs_;
  StepObserver observer_;
  std::vector<float> theta_;  // of the run at hand
  AlignedFloats gradient_;    // likewise
  AlignedFloats scratch_;
};

}  // namespace

std::unique_ptr<InnerRuns> MakeReferenceRuns(const v1::LearnedOptimizer& optimizer,
                                             const Task& task, int runs) {
  return std::make_unique<LoopRuns>(
      task, MakePlainSource(task), MakeOptimizer(optimizer, task.parameters(), Arithmetic::kScalar),
      CurvatureOf(optimizer), runs);
}

std::unique_ptr<InnerRuns> MakeReferenceRuns(std::unique_ptr<Optimizer> optimizer, const Task& task,
                                             int runs) {
  return std::make_unique<LoopRuns>(task, MakePlainSource(task), std::move(optimizer),
                                    CurvatureNeeds(), runs);
}

std::unique_ptr<InnerRuns> MakeTorchLoopRuns(std::unique_ptr<Optimizer> optimizer, const Task& task,
                                             int runs) {
  return std::make_unique<LoopRuns>(task, MakePlainSource(task), std::move(optimizer),
                                    CurvatureNeeds(), runs);
}

std::unique_ptr<InnerRuns> MakeFusedRuns(const v1::LearnedOptimizer& optimizer, const Task& task,
                                         int runs, lane::Target target) {
  return std::make_unique<LoopRuns>(task, MakeKernelSource(task, target),
                                    MakeOptimizerFor(optimizer, task.parameters(), target),
                                    CurvatureOf(optimizer), runs);
}

std::unique_ptr<InnerRuns> MakeFusedRuns(std::unique_ptr<Optimizer> optimizer, const Task& task,
                                         int runs) {
  return std::make_unique<LoopRuns>(task, MakeKernelSource(task, lane::ActiveTarget()),
                                    std::move(optimizer), CurvatureNeeds(), runs);
}

}  // namespace paceline
