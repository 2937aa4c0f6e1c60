// The inner state of one block: its particles' antithetic runs, carried from window to window.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "common/estimator/episodes.h"
#include "common/estimator/gradient.h"
#include "common/lopt/layout.h"
#include "paceline/v1/config.pb.h"
#include "worker/cuda/device.h"
#include "worker/engine/inner_runs.h"

namespace paceline {

// What all blocks of a job share on one worker: tasks and data. Thread-safe.
class JobContext {
 public:
  // `config` is valid; `device` is null for the processor. Errors as MakeTask; InvalidArgument if
  // the chosen tier cannot run one of the tasks there.
  static absl::StatusOr<std::shared_ptr<JobContext>> Create(
      const v1::JobConfig& config, DataStore& data,
      std::shared_ptr<const cuda::Device> device = nullptr);
  const v1::JobConfig& config() const { return config_; }
  size_t theta_size() const { return layout_.size; }
  const Task& task(int index) const { return *tasks_[index]; }
  // 2·particles runs of that task by the tier that the config chooses.
  absl::StatusOr<std::unique_ptr<InnerRuns>> NewRuns(int task) const;
  const ThetaLayout& layout() const { return layout_; }

 private:
  JobContext() = default;
  v1::JobConfig config_;
  std::shared_ptr<const cuda::Device> device_;
  ThetaLayout layout_;
  std::vector<std::unique_ptr<Task>> tasks_;
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
  // Inner steps of the window of `step`, both signs, all particles.
  int64_t InnerSteps(int64_t step);

 private:
  absl::Status OpenWindow(const BlockWindow& window, std::span<const float> theta);
  ParticleScalars Reduce(int particle, const BlockWindow& window);

  std::shared_ptr<JobContext> job_;
  uint32_t block_;
  int particles_;
  int64_t next_step_ = -1;
  EpisodeCursor cursor_;
  ParticleEpisodes episodes_;
  int runs_task_ = -1;
  std::unique_ptr<InnerRuns> runs_;  // run 2i is particle i under θ+, run 2i+1 under θ−
  std::vector<RunTheta> thetas_;     // [run]
  std::vector<float> losses_;        // [run, inner step]
};

}  // namespace paceline
