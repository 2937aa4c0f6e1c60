// The engine's tiers behind one interface: R inner training runs of one task, advanced together, each
// under its own θ.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paceline/v1/config.pb.h"
#include "worker/task/task.h"

namespace paceline {

// Not thread-safe; different objects may be used by different threads. What one run computes does
// not depend on the other runs.
class InnerRuns {
 public:
  virtual ~InnerRuns() = default;

  // Run `run` begins an episode: initial weights drawn from `seed`, optimizer state initial under
  // theta [P], inner step counter 0.
  virtual absl::Status Start(int run, const RunSeed& seed, std::span<const float> theta) = 0;
  // `steps` inner steps of every run. thetas: [run, P]. losses: [run, steps], the raw training loss
  // before each update; not finite if the run diverged.
  virtual absl::Status Advance(std::span<const float> thetas, int64_t steps,
                               std::span<float> losses) = 0;
  // Run `to` becomes a copy of run `from` (parameters, optimizer state, seed, counter).
  virtual void Copy(int from, int to) = 0;
  // Task parameters of a run, flat, in the order of Task::parameters().
  virtual std::vector<float> Parameters(int run) const = 0;
};

// Which tier `config` asks for on this task; never ENGINE_AUTO. Unimplemented if the tier named in the
// config cannot run it.
absl::StatusOr<v1::Engine> ChooseEngine(const v1::JobConfig& config, int task);

// `task` outlives the runs.
std::unique_ptr<InnerRuns> MakeReferenceRuns(const v1::LearnedOptimizer& optimizer, const Task& task,
                                             int runs);
// worker/engine/torch_runs.cc: [run, ...] tensors, gradients by autograd. The one file family that needs LibTorch.
absl::StatusOr<std::unique_ptr<InnerRuns>> MakeTorchRuns(const v1::LearnedOptimizer& optimizer,
                                                         const v1::Task& task_config,
                                                         const Task& task, DataStore& data, int runs);
// SIMD, image MLPs only.
absl::StatusOr<std::unique_ptr<InnerRuns>> MakeFusedRuns(const v1::LearnedOptimizer& optimizer,
                                                         const v1::Task& task_config,
                                                         const Task& task, DataStore& data, int runs);

}  // namespace paceline
