#include "coordinator/job/outer_loop.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/estimator/aggregation.h"
#include "common/lopt/layout.h"
#include "coordinator/outer/clip.h"

namespace paceline {
namespace {

std::vector<float> FirstTheta(const v1::JobConfig& config) {
  return InitialTheta(LayoutOf(config.optimizer()), config.seed());
}

std::vector<size_t> LeafSizes(const v1::JobConfig& config) {
  std::vector<size_t> sizes;
  for (const ThetaLeaf& leaf : LayoutOf(config.optimizer()).leaves) sizes.push_back(leaf.size);
  return sizes;
}

// Of a single task it would be the loss of all once more.
void AddTaskLosses(const std::vector<std::optional<OuterLoss>>& losses,
                   v1::OuterStepRecord& record) {
  if (losses.size() < 2) return;
  for (size_t task = 0; task < losses.size(); ++task) {
    if (!losses[task]) continue;
    v1::TaskLoss& own = *record.add_task_losses();
    own.set_task(static_cast<uint32_t>(task));
    own.set_mean_loss(losses[task]->mean);
  }
}

void AddAges(std::span<const CountedWindow> windows, int64_t step, v1::OuterStepRecord& record) {
  auto& ages = *record.mutable_answer_ages();
  for (const CountedWindow& window : windows) {
    const auto age = static_cast<int>(step - window.step);
    while (ages.size() <= age) ages.Add(0);
    ages.Set(age, ages[age] + 1);
  }
}

}  // namespace

OuterLoop::OuterLoop(std::string job, const v1::JobConfig& config, int threads)
    : job_(std::move(job)),
      config_(config),
      theta_(FirstTheta(config_)),
      theta_hash_(ThetaHash(job_, 0, theta_)),
      estimator_(config_, theta_.size(), threads),
      trainer_(config_.outer(), LeafSizes(config_)) {}

absl::Status OuterLoop::Restore(const TrainingState& state) {
  if (state.theta.size() != theta_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("θ has ", state.theta.size(), " values, the optimizer ", theta_.size()));
  }
  absl::Status status = estimator_.Restore(state.estimator);
  if (!status.ok()) return status;
  status = trainer_.Restore(state.trainer);
  if (!status.ok()) return status;
  if (estimator_.step() != state.step || trainer_.steps() != state.step) {
    return absl::InvalidArgumentError("the parts of the state are of different outer steps");
  }
  step_ = state.step;
  theta_ = state.theta;
  theta_hash_ = ThetaHash(job_, step_, theta_);
  return absl::OkStatus();
}

TrainingState OuterLoop::Save() const {
  return {
      .step = step_, .theta = theta_, .estimator = estimator_.Save(), .trainer = trainer_.Save()};
}

absl::StatusOr<v1::OuterStepRecord> OuterLoop::Advance(std::span<const ParticleScalars> particles,
                                                       std::span<const CountedWindow> windows) {
  auto estimate = estimator_.Estimate(particles, windows);
  if (!estimate.ok()) return estimate.status();
  auto update = trainer_.Step(estimate->gradient, theta_);
  if (!update.ok()) return update.status();
  ++step_;
  theta_hash_ = ThetaHash(job_, step_, theta_);

  v1::OuterStepRecord record;
  record.set_step(step_);
  AddAges(windows, step_ - 1, record);
  if (estimate->loss) {
    record.set_mean_loss(estimate->loss->mean);
    record.set_loss_spread(estimate->loss->spread);
  }
  AddTaskLosses(estimate->task_losses, record);
  record.set_inner_steps(estimate->inner_steps);
  record.set_diverged(estimate->diverged);
  record.set_gradient_norm(update->gradient_norm);
  if (estimate->variance) record.set_gradient_variance(*estimate->variance);
  record.set_update_norm(update->update_norm);
  record.set_theta_norm(Norm(theta_));
  record.set_learning_rate(update->learning_rate);
  record.set_updates(update->updates);
  return record;
}

int64_t OldestEpisodeStartAt(const v1::JobConfig& config, int64_t step) {
  // Where the block that is furthest behind may be.
  const int64_t window = std::max<int64_t>(0, step - MostAge(config));
  int64_t oldest = window;
  const uint32_t blocks = config.estimator().particles() / config.estimator().block();
  for (uint32_t block = 0; block < blocks; ++block) {
    EpisodeCursor cursor(config, block);
    cursor.Seek(window);
    oldest = std::min(oldest, cursor.window().episode_start);
  }
  return oldest;
}

}  // namespace paceline
