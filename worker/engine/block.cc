#include "worker/engine/block.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_error.h"
#include "common/estimator/leaf_sigma.h"
#include "common/task/augment.h"
#include "common/task/sample.h"
#include "worker/task/make_task.h"

namespace paceline {

absl::StatusOr<std::shared_ptr<JobContext>> JobContext::Create(
    const v1::JobConfig& config, DataStore& data, std::shared_ptr<const cuda::Device> device) {
  std::shared_ptr<JobContext> job(new JobContext(data));
  job->config_ = config;
  job->device_ = std::move(device);
  job->layout_ = LayoutOf(config.optimizer());
  job->sigmas_ = ElementSigmas(config.estimator(), job->layout_);
  job->objective_ = PlanObjective(config);
  for (int i = 0; i < config.tasks_size(); ++i) {
    const v1::Task& task = job->trained_.emplace_back(TrainedTask(config, i));
    // What the first episode draws shows that its data are there.
    auto made = job->Make(DrawTask(task, config.seed(), /*block=*/0, /*episode=*/0));
    if (!made.ok()) return made.status();
    job->tasks_.push_back(IsDrawnAnew(task) ? nullptr : *std::move(made));
  }
  return job;
}

absl::StatusOr<std::shared_ptr<const JobTask>> JobContext::Make(v1::Task config) const {
  auto task = MakeTask(config, data_);
  if (!task.ok()) return task.status();
  const v1::Engine engine = ChooseEngine(config_.engine(), config);
  const bool on_gpu = device_ != nullptr;
  absl::Status status = CheckEngine(engine, config, on_gpu);
  if (status.ok()) status = CheckObjective(objective_, **task, on_gpu);
  if (!status.ok()) return status;
  return std::make_shared<const JobTask>(JobTask{std::move(config), engine, *std::move(task)});
}

absl::StatusOr<std::shared_ptr<const JobTask>> JobContext::TaskOf(int index, uint32_t block,
                                                                  int64_t episode) const {
  if (tasks_[index] != nullptr) return tasks_[index];
  return Make(DrawTask(trained_[index], config_.seed(), block, static_cast<uint32_t>(episode)));
}

absl::StatusOr<std::unique_ptr<InnerRuns>> JobContext::NewRuns(const JobTask& task) const {
  const int runs =
      RunsPerParticle(config_.estimator()) * static_cast<int>(config_.estimator().block());
  return MakeRuns(task.engine, config_.optimizer(), task.config, *task.task, runs, device_);
}

std::unique_ptr<RunValues> JobContext::NewValues(const JobTask& task) const {
  const int runs =
      RunsPerParticle(config_.estimator()) * static_cast<int>(config_.estimator().block());
  std::unique_ptr<ScoreSource> scores;
  if (objective_.scored()) {
    const bool plain = task.engine == v1::ENGINE_REFERENCE;
    scores = plain ? MakePlainScores(*task.task) : MakeKernelScores(*task.task);
  }
  return std::make_unique<RunValues>(objective_, *task.task, std::move(scores), runs);
}

Block::Block(std::shared_ptr<JobContext> job, uint32_t block)
    : job_(std::move(job)),
      block_(block),
      particles_(job_->config().estimator().block()),
      signs_(Antithetic(job_->config().estimator()) ? 2 : 1),
      runs_per_particle_(RunsPerParticle(job_->config().estimator())),
      cursor_(job_->config(), block),
      episodes_(particles_),
      thetas_(runs_per_particle_ * particles_),
      places_(thetas_.size()) {}

int64_t Block::EpisodeStart(int64_t step) {
  cursor_.Seek(step);
  return cursor_.window().episode_start;
}

int64_t Block::InnerSteps(int64_t step) {
  cursor_.Seek(step);
  return cursor_.window().inner_steps * runs_per_particle_ * particles_;
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
  return CatchStatus([&] { return Run(step, theta); });
}

absl::StatusOr<std::vector<ParticleScalars>> Block::Run(int64_t step,
                                                        std::span<const float> theta) {
  cursor_.Seek(step);
  const BlockWindow& window = cursor_.window();
  if (absl::Status status = OpenWindow(window, theta); !status.ok()) return status;
  losses_.resize(thetas_.size() * window.inner_steps);
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

RunSeed Block::SeedOf(int particle, int64_t episode) const {
  return {job_->config().seed(), block_ * particles_ + particle, static_cast<uint32_t>(episode)};
}

absl::Status Block::OpenWindow(const BlockWindow& window, std::span<const float> theta) {
  if (runs_task_ != window.task || runs_episode_ != window.episode_start) {
    if (absl::Status status = OpenTask(window); !status.ok()) return status;
  }
  episodes_.Begin(window);
  for (int i = 0; i < particles_; ++i) {
    if (absl::Status status = OpenParticle(i, window, theta); !status.ok()) return status;
  }
  values_->Open(places_, window.inner_steps);
  return absl::OkStatus();
}

absl::Status Block::OpenTask(const BlockWindow& window) {
  auto task = job_->TaskOf(window.task, block_, window.episode_start);
  if (!task.ok()) return task.status();
  runs_task_ = window.task;
  runs_episode_ = window.episode_start;
  if (*task == task_) return absl::OkStatus();
  // Runs and values point to the task.
  runs_.reset();
  values_.reset();
  task_ = *std::move(task);
  values_ = job_->NewValues(*task_);
  auto runs = job_->NewRuns(*task_);
  if (!runs.ok()) return runs.status();
  if (absl::Status status = values_->Attach(**runs); !status.ok()) return status;
  runs_ = *std::move(runs);
  return absl::OkStatus();
}

absl::Status Block::OpenParticle(int particle, const BlockWindow& window,
                                 std::span<const float> theta) {
  const v1::JobConfig& config = job_->config();
  const int64_t start = episodes_.starts()[particle];
  const RunSeed seed = SeedOf(particle, start);
  const Stream stream = PerturbationStream(config, seed.particle, window.step, start);
  const float sigma = job_->sigmas().empty() ? static_cast<float>(Sigma(config.estimator())) : 1.0f;
  const float scales[] = {sigma, signs_ == 2 ? -sigma : 0.0f, 0.0f};
  const RunPlace place = {.seed = seed,
                          .step = (window.step - start) * window.inner_steps,
                          .length = window.ParticleLength(start)};
  const int first = particle * runs_per_particle_;
  for (int i = 0; i < runs_per_particle_; ++i) {
    const int run = first + i;
    thetas_[run] = {theta, stream, scales[i], job_->sigmas()};
    places_[run] = place;
    places_[run].counted = i < signs_;
    if (!episodes_.JustBegan(particle, window)) continue;
    if (absl::Status status = runs_->Start(run, place.seed, place.length); !status.ok()) {
      return status;
    }
    values_->Start(run);
  }
  // Truncated ES: all signs start the window from one state.
  if (!config.estimator().has_truncated_es()) return absl::OkStatus();
  const int carried = CarriesUnperturbed(config.estimator()) ? first + signs_ : first;
  for (int run = first; run < first + signs_; ++run) {
    if (run != carried) CopyRun(carried, run);
  }
  return absl::OkStatus();
}

void Block::CopyRun(int from, int to) {
  runs_->Copy(from, to);
  values_->Copy(from, to);
}

bool Block::Diverged(int particle, int64_t steps) const {
  for (int i = 0; i < runs_per_particle_; ++i) {
    for (const float loss : Losses(particle * runs_per_particle_ + i, steps)) {
      if (!std::isfinite(loss)) return true;
    }
  }
  return false;
}

ParticleScalars Block::Reduce(int particle, const BlockWindow& window) {
  const int64_t steps = window.inner_steps;
  ParticleScalars scalars;
  scalars.trained_steps = static_cast<uint32_t>(steps);
  scalars.diverged = Diverged(particle, steps);
  scalars.began = episodes_.starts()[particle];
  for (int i = 0; i < runs_per_particle_; ++i) {
    const int run = particle * runs_per_particle_ + i;
    const double value =
        values_->Take(run, Losses(run, steps), window.ends_episode(), scalars.diverged, *runs_);
    if (i < signs_) (i == 0 ? scalars.sum_plus : scalars.sum_minus) = value;
  }
  return scalars;
}

}  // namespace paceline
