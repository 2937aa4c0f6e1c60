// The inner state of one block: its particles' antithetic runs, carried from window to window.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "common/estimator/episodes.h"
#include "common/estimator/gradient.h"
#include "paceline/v1/config.pb.h"
#include "worker/engine/inner_runs.h"

namespace paceline {

// What all blocks of a job share on one worker: tasks and data. Thread-safe.
class JobContext {
 public:
  // `config` is valid. Errors as MakeTask and ChooseEngine.
  static absl::StatusOr<std::shared_ptr<JobContext>> Create(const v1::JobConfig& config,
                                                            std::shared_ptr<DataStore> data);
  const v1::JobConfig& config() const { return config_; }
  size_t theta_size() const { return theta_size_; }
  const Task& task(int index) const { return *tasks_[index]; }
  // 2·particles runs of that task by the tier that the config chooses.
  absl::StatusOr<std::unique_ptr<InnerRuns>> NewRuns(int task) const;

 private:
  JobContext() = default;
  v1::JobConfig config_;
  size_t theta_size_ = 0;
  std::shared_ptr<DataStore> data_;
  std::vector<std::unique_ptr<Task>> tasks_;
};

// Not thread-safe. A pure function of (config, block, θ of each window since the episode began).
class Block {
 public:
  Block(std::shared_ptr<JobContext> job, uint32_t block);

  // Outer step that the next RunWindow is about; meaningful once the block has run a window.
  int64_t next_step() const { return next_step_; }
  // Outer step at which the episode that contains `step` began: a block can be (re-)made by running its
  // windows from there on.
  int64_t EpisodeStart(int64_t step);
  bool CanRun(int64_t step) { return step == next_step_ || EpisodeStart(step) == step; }
  // One window, under theta = θ_step [P]. FailedPrecondition unless CanRun(step).
  absl::StatusOr<std::vector<ParticleScalars>> RunWindow(int64_t step, std::span<const float> theta);
  // Inner steps of the window of `step`, both signs, all particles.
  int64_t InnerSteps(int64_t step);

 private:
  std::shared_ptr<JobContext> job_;
  uint32_t block_;
  int64_t next_step_ = -1;
  EpisodeCursor cursor_;
  ParticleEpisodes episodes_;
  int runs_task_ = -1;
  std::unique_ptr<InnerRuns> runs_;  // run 2i is particle i under θ+, run 2i+1 under θ−
};

}  // namespace paceline
