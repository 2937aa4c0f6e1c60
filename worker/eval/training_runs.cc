#include "worker/eval/training_runs.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <span>
#include <utility>

#include "common/base/parallel.h"

namespace paceline {
namespace {

// Enough for the batched engine to gain from it, few enough to share out among threads.
constexpr size_t kRunsTogether = 4;

// Gathers one run's losses as they come.
class LossTally {
 public:
  LossTally(const Task& task, int64_t steps)
      : task_(task), steps_(steps), last_tenth_(steps - std::max<int64_t>(steps / 10, 1)) {}

  void Add(std::span<const float> span) {
    double sum = 0;
    for (const float loss : span) {
      const double bounded = task_.MetaLoss(loss);
      diverged_ |= !std::isfinite(loss);
      sum += bounded;
      if (step_++ >= last_tenth_) last_sum_ += bounded;
    }
    curve_.push_back(sum / static_cast<double>(span.size()));
  }

  RunResult Finish(double test_loss) {
    return {.curve = std::move(curve_),
            .training_loss = last_sum_ / static_cast<double>(steps_ - last_tenth_),
            .test_loss = task_.MetaLoss(static_cast<float>(test_loss)),
            .diverged = diverged_};
  }

 private:
  const Task& task_;
  const int64_t steps_;
  const int64_t last_tenth_;
  int64_t step_ = 0;
  double last_sum_ = 0;
  bool diverged_ = false;
  std::vector<double> curve_;
};

absl::Status Train(InnerRuns& runs, std::span<const RunPlan> plans, int64_t steps,
                   std::vector<LossTally>& tallies) {
  std::vector<RunTheta> thetas;
  for (size_t run = 0; run < plans.size(); ++run) {
    absl::Status started = runs.Start(static_cast<int>(run), plans[run].seed, steps);
    if (!started.ok()) return started;
    thetas.push_back({plans[run].theta});
  }
  const int64_t span = CurveSpan(steps);
  std::vector<float> losses(plans.size() * span);
  for (int64_t done = 0; done < steps; done += span) {
    const int64_t count = std::min(span, steps - done);
    const std::span<float> used(losses.data(), plans.size() * count);
    if (absl::Status advanced = runs.Advance(thetas, count, used); !advanced.ok()) return advanced;
    for (size_t run = 0; run < plans.size(); ++run)
      tallies[run].Add(used.subspan(run * count, count));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TrainingRuns> TrainingRuns::Create(const v1::Task& task, v1::Engine engine,
                                                  DataStore& data, int threads) {
  auto made = MakeTask(task, data);
  if (!made.ok()) return made.status();
  return TrainingRuns(task, ChooseEngine(engine, task), *std::move(made), threads);
}

absl::StatusOr<std::vector<RunResult>> TrainingRuns::Run(const v1::LearnedOptimizer& optimizer,
                                                         const std::vector<RunPlan>& plans,
                                                         int64_t steps) const {
  return RunAll([&](int runs) { return MakeRuns(engine_, optimizer, config_, *task_, runs); },
                plans, steps, TestLoss::kMeasured);
}

absl::StatusOr<std::vector<RunResult>> TrainingRuns::Run(const Baseline& baseline,
                                                         const std::vector<RunPlan>& plans,
                                                         int64_t steps, TestLoss test_loss) const {
  const auto make = [&](int runs) {
    return MakeRunsWith(engine_, baseline.make(task_->parameters()), config_, *task_, runs);
  };
  return RunAll(make, plans, steps, test_loss);
}

bool TrainingRuns::Suits(const Baseline& baseline) const {
  return !baseline.suits || baseline.suits(task_->parameters());
}

absl::StatusOr<std::vector<RunResult>> TrainingRuns::RunAll(const MakeInnerRuns& make,
                                                            const std::vector<RunPlan>& plans,
                                                            int64_t steps,
                                                            TestLoss test_loss) const {
  std::vector<RunResult> results(plans.size());
  std::mutex mutex;
  absl::Status failure;
  ParallelFor(threads_, plans.size(), kRunsTogether, [&](size_t begin, size_t end) {
    for (; begin < end; begin += kRunsTogether) {
      const size_t count = std::min(kRunsTogether, end - begin);
      const absl::Status status = RunRange(make, std::span(plans).subspan(begin, count), steps,
                                           test_loss, std::span(results).subspan(begin, count));
      const std::lock_guard lock(mutex);
      failure.Update(status);
    }
  });
  if (!failure.ok()) return failure;
  return results;
}

absl::Status TrainingRuns::RunRange(const MakeInnerRuns& make, std::span<const RunPlan> plans,
                                    int64_t steps, TestLoss test_loss,
                                    std::span<RunResult> results) const {
  auto runs = make(static_cast<int>(plans.size()));
  if (!runs.ok()) return runs.status();
  std::vector<LossTally> tallies(plans.size(), LossTally(*task_, steps));
  if (absl::Status trained = Train(**runs, plans, steps, tallies); !trained.ok()) return trained;
  for (size_t run = 0; run < plans.size(); ++run) {
    double test = 0;
    if (test_loss == TestLoss::kMeasured) {
      const std::vector<float> parameters = (*runs)->Parameters(static_cast<int>(run));
      test = task_->Evaluate(plans[run].seed, parameters, Split::kTest, 0).loss;
    }
    results[run] = tallies[run].Finish(test);
  }
  return absl::OkStatus();
}

}  // namespace paceline
