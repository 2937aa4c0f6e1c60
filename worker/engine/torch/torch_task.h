// A task on R inner runs together: batches by the runs' own counters, gradients by autograd.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "paceline/v1/config.pb.h"
#include "worker/task/task.h"

namespace paceline {

struct LossesAndGradients {
  at::Tensor losses;                  // [run]
  std::vector<at::Tensor> gradients;  // of each run's own loss; shapes of the parameters
};

// losses: parameters → [run]; a run's loss depends on its own row of each parameter alone.
LossesAndGradients Differentiate(
    const std::function<at::Tensor(const std::vector<at::Tensor>&)>& losses,
    const std::vector<at::Tensor>& parameters);

// Not thread-safe. Throws what Torch throws.
class TorchTask {
 public:
  explicit TorchTask(int64_t runs) : seeds_(static_cast<size_t>(runs)) {}
  virtual ~TorchTask() = default;

  // Run `run` begins an episode.
  virtual void Start(int64_t run, const RunSeed& seed) { seeds_[run] = seed; }
  void Copy(int64_t from, int64_t to) { Start(to, RunSeed(seeds_[from])); }
  // On the training batches of steps [run]. parameters: one [run, shape...] for every tensor.
  virtual LossesAndGradients Evaluate(std::span<const int64_t> steps,
                                      const std::vector<at::Tensor>& parameters) = 0;

 protected:
  const std::vector<RunSeed>& seeds() const { return seeds_; }

 private:
  std::vector<RunSeed> seeds_;
};

// `task` was made from `config` and outlives the result. InvalidArgument if this tier does not know
// the kind.
absl::StatusOr<std::unique_ptr<TorchTask>> MakeTorchTask(const v1::Task& config, const Task& task,
                                                         int64_t runs, at::Device device);

}  // namespace paceline
