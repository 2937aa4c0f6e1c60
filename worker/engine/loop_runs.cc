// The reference and the fused tier: one run after the other, a window at a time.
#include <cmath>
#include <limits>
#include <utility>

#include "worker/engine/gradient_source.h"
#include "worker/engine/inner_runs.h"
#include "worker/optim/make.h"

namespace paceline {
namespace {

struct Run {
  RunSeed seed;
  int64_t step = 0;
  std::vector<float> parameters;
  std::vector<float> state;  // empty until the first Advance
};

class LoopRuns : public InnerRuns {
 public:
  LoopRuns(const Task& task, std::unique_ptr<GradientSource> source,
           std::unique_ptr<Optimizer> optimizer, int runs)
      : task_(task),
        source_(std::move(source)),
        optimizer_(std::move(optimizer)),
        runs_(runs),
        gradient_(task.parameter_count()),
        scratch_(optimizer_->scratch_size()) {}

  absl::Status Start(int run, const RunSeed& seed) override {
    Run& r = runs_[run];
    r.seed = seed;
    r.step = 0;
    r.parameters.resize(task_.parameter_count());
    task_.SampleInitial(seed, r.parameters);
    r.state.clear();
    return absl::OkStatus();
  }

  absl::Status Advance(std::span<const RunTheta> thetas, int64_t steps,
                       std::span<float> losses) override {
    for (size_t i = 0; i < runs_.size(); ++i) {
      AdvanceRun(runs_[i], thetas[i], losses.subspan(i * steps, steps));
    }
    return absl::OkStatus();
  }

  void Copy(int from, int to) override { runs_[to] = runs_[from]; }
  std::vector<float> Parameters(int run) const override { return runs_[run].parameters; }

 private:
  // A run whose loss is no longer finite stands still: its parameters mean nothing any more.
  void AdvanceRun(Run& run, const RunTheta& theta, std::span<float> losses) {
    theta_.resize(theta.theta.size());
    theta.Fill(theta_);
    const auto prepared = optimizer_->Prepare(theta_);
    if (run.state.empty()) {
      run.state.resize(optimizer_->state_size());
      optimizer_->InitState(*prepared, run.state);
    }
    bool finite = true;
    for (float& loss : losses) {
      if (finite) {
        loss = source_->LossAndGradient(run.seed, run.step, run.parameters, gradient_);
        finite = std::isfinite(loss);
      } else {
        loss = std::numeric_limits<float>::quiet_NaN();
      }
      if (finite) {
        optimizer_->Update(*prepared, run.step, loss, gradient_, run.parameters, run.state,
                           scratch_);
      }
      ++run.step;
    }
  }

  const Task& task_;
  std::unique_ptr<GradientSource> source_;
  std::unique_ptr<Optimizer> optimizer_;
  std::vector<Run> runs_;
  std::vector<float> theta_, gradient_;  // of the run at hand
  std::vector<float> scratch_;
};

}  // namespace

std::unique_ptr<InnerRuns> MakeReferenceRuns(const v1::LearnedOptimizer& optimizer,
                                             const Task& task, int runs) {
  return std::make_unique<LoopRuns>(
      task, MakePlainSource(task), MakeOptimizer(optimizer, task.parameters(), Arithmetic::kScalar),
      runs);
}

std::unique_ptr<InnerRuns> MakeFusedRuns(const v1::LearnedOptimizer& optimizer, const Task& task,
                                         int runs, lane::Target target) {
  return std::make_unique<LoopRuns>(task, MakeKernelSource(task, target),
                                    MakeOptimizerFor(optimizer, task.parameters(), target), runs);
}

}  // namespace paceline
