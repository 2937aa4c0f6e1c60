#include "worker/engine/block.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"

namespace paceline {

absl::StatusOr<std::shared_ptr<JobContext>> JobContext::Create(
    const v1::JobConfig& config, DataStore& data, std::shared_ptr<const cuda::Device> device) {
  std::shared_ptr<JobContext> job(new JobContext);
  job->config_ = config;
  job->device_ = std::move(device);
  job->layout_ = LayoutOf(config.optimizer());
  for (const v1::Task& task_config : config.tasks()) {
    auto task = MakeTask(task_config, data);
    if (!task.ok()) return task.status();
    const v1::Engine engine = ChooseEngine(config.engine(), task_config);
    if (absl::Status status = CheckEngine(engine, **task, job->device_ != nullptr); !status.ok()) {
      return status;
    }
    job->tasks_.push_back(*std::move(task));
  }
  return job;
}

absl::StatusOr<std::unique_ptr<InnerRuns>> JobContext::NewRuns(int task) const {
  const v1::Task& task_config = config_.tasks(task);
  return MakeRuns(ChooseEngine(config_.engine(), task_config), config_.optimizer(), task_config,
                  *tasks_[task], 2 * config_.estimator().block(), device_);
}

Block::Block(std::shared_ptr<JobContext> job, uint32_t block)
    : job_(std::move(job)),
      block_(block),
      particles_(job_->config().estimator().block()),
      cursor_(job_->config(), block),
      episodes_(particles_),
      thetas_(2 * particles_) {}

int64_t Block::EpisodeStart(int64_t step) {
  cursor_.Seek(step);
  return cursor_.window().episode_start;
}

int64_t Block::InnerSteps(int64_t step) {
  cursor_.Seek(step);
  return cursor_.window().inner_steps * 2 * particles_;
}

absl::StatusOr<std::vector<ParticleScalars>> Block::RunWindow(int64_t step,
                                                              std::span<const float> theta) {
  if (!CanRun(step)) {
    return absl::FailedPreconditionError(
        absl::StrCat("block ", block_, " stands at outer step ", next_step_, ", not ", step));
  }
  if (theta.size() != job_->theta_size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("theta has ", theta.size(), " values, not ", job_->theta_size()));
  }
  next_step_ = -1;
  cursor_.Seek(step);
  const BlockWindow& window = cursor_.window();
  if (absl::Status status = OpenWindow(window, theta); !status.ok()) return status;
  losses_.resize(2 * particles_ * window.inner_steps);
  if (absl::Status status = runs_->Advance(thetas_, window.inner_steps, losses_); !status.ok()) {
    return status;
  }
  std::vector<ParticleScalars> scalars;
  for (int i = 0; i < particles_; ++i) {
    scalars.push_back(Reduce(i, window));
    if (scalars.back().diverged) episodes_.MarkDiverged(i);
  }
  next_step_ = step + 1;
  return scalars;
}

absl::Status Block::OpenWindow(const BlockWindow& window, std::span<const float> theta) {
  const v1::JobConfig& config = job_->config();
  if (runs_task_ != window.task) {
    auto runs = job_->NewRuns(window.task);
    if (!runs.ok()) return runs.status();
    runs_ = *std::move(runs);
    runs_task_ = window.task;
  }
  episodes_.Begin(window);
  const float sigma = static_cast<float>(Sigma(config.estimator()));
  for (int i = 0; i < particles_; ++i) {
    const uint32_t particle = block_ * particles_ + i;
    const int64_t start = episodes_.starts()[i];
    const Stream stream = PerturbationStream(config, particle, window.step, start);
    for (int run = 2 * i; run <= 2 * i + 1; ++run) {
      thetas_[run] = {theta, stream, run == 2 * i ? sigma : -sigma};
      if (!episodes_.JustBegan(i, window)) continue;
      const RunSeed seed{config.seed(), particle, static_cast<uint32_t>(start)};
      if (absl::Status status = runs_->Start(run, seed, window.length_steps); !status.ok())
        return status;
    }
    // Truncated ES: both signs start the window from one state.
    if (config.estimator().has_truncated_es()) runs_->Copy(2 * i, 2 * i + 1);
  }
  return absl::OkStatus();
}

ParticleScalars Block::Reduce(int particle, const BlockWindow& window) {
  const Task& task = job_->task(window.task);
  ParticleScalars scalars;
  scalars.trained_steps = static_cast<uint32_t>(window.inner_steps);
  for (int sign = 0; sign < 2; ++sign) {
    const float* losses = losses_.data() + (2 * particle + sign) * window.inner_steps;
    double& sum = sign == 0 ? scalars.sum_plus : scalars.sum_minus;
    bool diverged = false;
    for (int64_t step = 0; step < window.inner_steps; ++step) {
      diverged = diverged || !std::isfinite(losses[step]);
      sum += diverged ? task.meta_loss_bound() : task.MetaLoss(losses[step]);
    }
    scalars.diverged = scalars.diverged || diverged;
  }
  return scalars;
}

}  // namespace paceline
