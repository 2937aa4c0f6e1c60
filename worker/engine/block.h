// The inner state of one block: its particles' runs, carried from window to window.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "common/estimator/episodes.h"
#include "common/estimator/gradient.h"
#include "common/lopt/layout.h"
#include "common/safetensors/safetensors.h"
#include "paceline/v1/job_config.pb.h"
#include "worker/cuda/device.h"
#include "worker/engine/block_state.h"
#include "worker/engine/inner_runs.h"
#include "worker/engine/run_values.h"

namespace paceline {

// A task as a block runs it: one of the config's own, or what an episode drew.
struct JobTask {
  v1::Task config;
  v1::Engine engine{};  // that the job's config chooses for it
  std::unique_ptr<const Task> task;
};

// What all blocks of a job share on one worker: tasks and data. Thread-safe.
class JobContext {
 public:
  // `config` is valid; `data` outlives this; `device` is null for the processor. Errors as
  // MakeTask, CheckEngine and CheckObjective, of each of the tasks.
  static absl::StatusOr<std::shared_ptr<JobContext>> Create(
      const v1::JobConfig& config, DataStore& data,
      std::shared_ptr<const cuda::Device> device = nullptr);
  const v1::JobConfig& config() const { return config_; }
  size_t theta_size() const { return layout_.size; }
  // Task number `index`, which is the same in all episodes.
  const Task& task(int index) const { return *tasks_[index]->task; }
  // Task number `index` of an episode of a block, which began at that outer step: always the same
  // one, unless it is a sample or augmented. Errors as Create.
  absl::StatusOr<std::shared_ptr<const JobTask>> TaskOf(int index, uint32_t block,
                                                        int64_t episode) const;
  // RunsPerParticle·particles runs of that task, which outlives them, by the tier that the config
  // chooses.
  absl::StatusOr<std::unique_ptr<InnerRuns>> NewRuns(const JobTask& task) const;
  // And what becomes of their losses.
  std::unique_ptr<RunValues> NewValues(const JobTask& task) const;
  // The standard deviation of every element of θ [P]; empty if all are alike.
  std::span<const float> sigmas() const { return sigmas_; }
  const ThetaLayout& layout() const { return layout_; }

 private:
  explicit JobContext(DataStore& data) : data_(data) {}
  absl::StatusOr<std::shared_ptr<const JobTask>> Make(v1::Task config) const;

  DataStore& data_;
  v1::JobConfig config_;
  std::shared_ptr<const cuda::Device> device_;
  ThetaLayout layout_;
  std::vector<float> sigmas_;
  ObjectivePlan objective_;
  std::vector<v1::Task> trained_;                      // TrainedTask of each
  std::vector<std::shared_ptr<const JobTask>> tasks_;  // null where IsDrawnAnew
};

// Not thread-safe. A pure function of (config, block, θ of each window since the episode began).
class Block {
 public:
  Block(std::shared_ptr<JobContext> job, uint32_t block);

  // Outer step that the next RunWindow is about; meaningful once the block has run a window.
  int64_t next_step() const { return next_step_; }
  // Outer step at which the episode that contains `step` began: a block can be (re-)made by running
  // its windows from there on.
  int64_t EpisodeStart(int64_t step);
  bool CanRun(int64_t step) { return step == next_step_ || EpisodeStart(step) == step; }
  // One window, under theta = θ_step [P]: scalars of the block's particles in order.
  // FailedPrecondition unless CanRun(step); after an error the block must be re-made.
  absl::StatusOr<std::vector<ParticleScalars>> RunWindow(int64_t step,
                                                         std::span<const float> theta);
  // Inner steps of the window of `step`, all runs of all particles.
  int64_t InnerSteps(int64_t step);

  // The state after a window, for Restore of the same block of the same job, in another process or
  // later. FailedPrecondition before the first window; errors of the device.
  absl::StatusOr<TensorFile> Save() const;
  // The block stands at `next_step`, where it was saved, and goes on with the same bits.
  // InvalidArgument for what no block of this job can be like there; after an error the block must
  // be re-made.
  absl::Status Restore(int64_t next_step, const TensorFileView& saved);

 private:
  absl::StatusOr<std::vector<ParticleScalars>> Run(int64_t step, std::span<const float> theta);
  RunSeed SeedOf(int particle, int64_t episode) const;
  absl::Status RestoreParticle(int particle, const BlockWindow& window, const BlockState& state);
  absl::Status OpenWindow(const BlockWindow& window, std::span<const float> theta);
  absl::Status OpenTask(const BlockWindow& window);
  absl::Status OpenParticle(int particle, const BlockWindow& window, std::span<const float> theta);
  void CopyRun(int from, int to);
  // Did a run of the particle have a loss that is not finite?
  bool Diverged(int particle, int64_t steps) const;
  ParticleScalars Reduce(int particle, const BlockWindow& window);
  std::span<const float> Losses(int run, int64_t steps) const {
    return std::span(losses_).subspan(run * steps, steps);
  }

  std::shared_ptr<JobContext> job_;
  uint32_t block_;
  int particles_;
  // A particle's runs lie side by side: under θ+, under θ− if the estimator is antithetic, and
  // under θ if that is the one whose state is carried on.
  int signs_, runs_per_particle_;
  int64_t next_step_ = -1;
  EpisodeCursor cursor_;
  ParticleEpisodes episodes_;
  // What the runs below run: task number runs_task_ of the episode.
  int runs_task_ = -1;
  int64_t runs_episode_ = -1;
  std::shared_ptr<const JobTask> task_;
  std::unique_ptr<RunValues> values_;
  std::unique_ptr<InnerRuns> runs_;
  std::vector<RunTheta> thetas_;  // [run]
  std::vector<RunPlace> places_;  // [run]
  std::vector<float> losses_;     // [run, inner step]
};

}  // namespace paceline
