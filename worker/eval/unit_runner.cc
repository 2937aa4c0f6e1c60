#include "worker/eval/unit_runner.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/base/status_error.h"
#include "worker/baselines/make.h"
#include "worker/engine/inner_runs.h"
#include "worker/engine/score_source.h"
#include "worker/optim/optimizer.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

constexpr int64_t kCurvePoints = 100;
// Fresh batches: of a point of the held-out curve, and at the end of a training.
constexpr int64_t kBatchesPerPoint = 5, kFinalBatches = 20;
constexpr size_t kTasksKept = 4;

// Gathers one run's training losses. From the first one on that is not finite, its initial loss.
class LossTally {
 public:
  LossTally(int64_t steps, v1::RunOutcome& outcome)
      : last_tenth_(steps - std::max<int64_t>(steps / 10, 1)), steps_(steps), outcome_(outcome) {}

  void Add(std::span<const float> span) {
    double sum = 0;
    for (const float loss : span) {
      if (step_ == 0) outcome_.set_initial_loss(std::isfinite(loss) ? loss : 0);
      if (!std::isfinite(loss)) outcome_.set_diverged(true);
      const double counted = outcome_.diverged() ? outcome_.initial_loss() : loss;
      sum += counted;
      if (step_++ >= last_tenth_) last_sum_ += counted;
    }
    outcome_.add_training(static_cast<float>(sum / static_cast<double>(span.size())));
  }

  void Finish() {
    outcome_.set_training_loss(
        static_cast<float>(last_sum_ / static_cast<double>(steps_ - last_tenth_)));
  }

 private:
  const int64_t last_tenth_, steps_;
  v1::RunOutcome& outcome_;
  int64_t step_ = 0;
  double last_sum_ = 0;
};

// What is measured of weights, not of a training's batches.
class Gauge {
 public:
  explicit Gauge(const Task& task) : task_(task), scores_(MakeKernelScores(task)) {}

  // Held-out, after the point-th part of the training.
  void AddPoint(const RunSeed& seed, int64_t point, std::span<const float> parameters,
                v1::RunOutcome& outcome) {
    const BatchScore score = MeanOf(seed, parameters,
                                    {.split = Split::kOuterValid,
                                     .purpose = Purpose::kHeldOutBatch,
                                     .number = point * kBatchesPerPoint},
                                    kBatchesPerPoint);
    outcome.add_held_out(Counted(score.loss, outcome));
  }

  void AddFinal(const RunSeed& seed, std::span<const float> parameters, v1::RunOutcome& outcome) {
    const BatchScore held_out =
        MeanOf(seed, parameters, {.split = Split::kOuterValid, .purpose = Purpose::kFinalBatch},
               kFinalBatches);
    const SplitScore test = scores_->Evaluate(seed, Split::kTest, parameters);
    outcome.set_held_out_loss(Counted(held_out.loss, outcome));
    outcome.set_test_loss(Counted(static_cast<float>(test.loss), outcome));
    if (!task_.has_classes()) return;
    outcome.set_held_out_error(held_out.error);
    outcome.set_test_error(static_cast<float>(test.error));
  }

 private:
  static float Counted(float loss, v1::RunOutcome& outcome) {
    if (!std::isfinite(loss)) outcome.set_diverged(true);
    return outcome.diverged() ? outcome.initial_loss() : loss;
  }

  BatchScore MeanOf(const RunSeed& seed, std::span<const float> parameters, FreshBatch batch,
                    int64_t batches) {
    double loss = 0, error = 0;
    for (int64_t i = 0; i < batches; ++i, ++batch.number) {
      const BatchScore score = scores_->Score(seed, batch, parameters);
      loss += score.loss;
      error += score.error;
    }
    const auto count = static_cast<double>(batches);
    return {.loss = static_cast<float>(loss / count), .error = static_cast<float>(error / count)};
  }

  const Task& task_;
  const std::unique_ptr<ScoreSource> scores_;
};

RunSeed SeedOf(const v1::EvaluationUnit& unit, uint32_t run) {
  return {.key = unit.key(), .particle = unit.first_run() + run};
}

absl::StatusOr<std::unique_ptr<InnerRuns>> MakeUnitRuns(const v1::EvaluationUnit& unit,
                                                        const Task& task, uint64_t& state_bytes) {
  const v1::Engine engine = ChooseEngine(unit.engine(), unit.task());
  const int runs = static_cast<int>(unit.runs());
  if (unit.has_trained()) {
    const v1::LearnedOptimizer& optimizer = unit.trained().optimizer();
    state_bytes = sizeof(float) *
                  MakeOptimizer(optimizer, task.parameters(), Arithmetic::kSimd)->state_size();
    return MakeRuns(engine, optimizer, unit.task(), task, runs);
  }
  auto optimizer = MakeBaseline(unit.baseline(), task.parameters());
  if (!optimizer.ok()) return optimizer.status();
  state_bytes = sizeof(float) * (*optimizer)->state_size();
  return MakeRunsWith(engine, *std::move(optimizer), unit.task(), task, runs);
}

// The next inner step at which something is due, after `done`.
int64_t NextStop(const v1::EvaluationUnit& unit, int64_t done) {
  const auto steps = static_cast<int64_t>(unit.steps());
  const int64_t span = CurveSpan(steps);
  return std::min(steps, done + span);
}

// Points of the held-out curve that lie at or before inner step `done`.
int64_t PointsBy(const v1::EvaluationUnit& unit, int64_t done) {
  return done * static_cast<int64_t>(unit.held_out_points()) / static_cast<int64_t>(unit.steps());
}

absl::Status Train(const v1::EvaluationUnit& unit, std::span<const float> theta, const Task& task,
                   const std::function<bool()>& stopping, InnerRuns& runs,
                   v1::UnitOutcome& outcome) {
  const auto steps = static_cast<int64_t>(unit.steps());
  std::vector<LossTally> tallies;
  for (uint32_t run = 0; run < unit.runs(); ++run) {
    absl::Status started = runs.Start(static_cast<int>(run), SeedOf(unit, run), steps);
    if (!started.ok()) return started;
    tallies.emplace_back(steps, *outcome.mutable_runs(static_cast<int>(run)));
  }
  Gauge gauge(task);
  const std::vector<RunTheta> thetas(unit.runs(), {theta});
  std::vector<float> losses(unit.runs() * CurveSpan(steps));
  for (int64_t done = 0; done < steps;) {
    if (stopping && stopping()) return absl::CancelledError("given up");
    const int64_t stop = NextStop(unit, done), count = stop - done;
    const std::span<float> used(losses.data(), unit.runs() * count);
    if (absl::Status advanced = runs.Advance(thetas, count, used); !advanced.ok()) return advanced;
    const int64_t before = PointsBy(unit, done), points = PointsBy(unit, stop);
    for (uint32_t run = 0; run < unit.runs(); ++run) {
      v1::RunOutcome& own = *outcome.mutable_runs(static_cast<int>(run));
      tallies[run].Add(used.subspan(run * count, count));
      if (points == before) continue;
      const std::vector<float> parameters = runs.Parameters(static_cast<int>(run));
      for (int64_t point = before; point < points; ++point) {
        gauge.AddPoint(SeedOf(unit, run), point, parameters, own);
      }
      if (stop == steps) gauge.AddFinal(SeedOf(unit, run), parameters, own);
    }
    done = stop;
  }
  for (LossTally& tally : tallies) tally.Finish();
  return absl::OkStatus();
}

}  // namespace

int64_t CurveSpan(int64_t steps) { return std::max<int64_t>(steps / kCurvePoints, 1); }

absl::StatusOr<v1::UnitOutcome> RunUnit(const v1::EvaluationUnit& unit,
                                        std::span<const float> theta, const Task& task,
                                        const std::function<bool()>& stopping) {
  v1::UnitOutcome outcome;
  for (uint32_t run = 0; run < unit.runs(); ++run) outcome.add_runs();
  uint64_t state_bytes = 0;
  auto runs = MakeUnitRuns(unit, task, state_bytes);
  if (!runs.ok()) return runs.status();
  outcome.set_state_bytes(state_bytes);
  const absl::Status trained =
      CatchStatus([&] { return Train(unit, theta, task, stopping, **runs, outcome); });
  if (!trained.ok()) return trained;
  return outcome;
}

absl::StatusOr<std::shared_ptr<const Task>> TaskShelf::Get(const v1::Task& config) {
  std::string key = config.SerializeAsString();
  {
    const std::lock_guard lock(mutex_);
    const auto kept = std::ranges::find(kept_, key, &Kept::key);
    if (kept != kept_.end()) return kept->task;
  }
  auto made = MakeTask(config, data_);
  if (!made.ok()) return made.status();
  std::shared_ptr<const Task> task = *std::move(made);
  const std::lock_guard lock(mutex_);
  if (kept_.size() == kTasksKept) kept_.erase(kept_.begin());
  kept_.push_back({std::move(key), task});
  return task;
}

}  // namespace paceline
