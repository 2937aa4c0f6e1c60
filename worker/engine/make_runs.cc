#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/task/facts.h"
#include "worker/engine/inner_runs.h"
#include "worker/engine/torch_cuda/torch_cuda_module.h"
#include "worker/engine/torch_cuda/torch_cuda_runs.h"
#include "worker/optim/optimizer.h"

namespace paceline {
namespace {

absl::Status NoTier(v1::Engine engine) {
  return absl::InvalidArgumentError(
      absl::StrCat("engine ", static_cast<int>(engine), " is none of reference, torch, fused"));
}

// Has the torch tier no text for many runs of it together?
bool IsLooped(const Task& task) {
  return task.torch_program() == nullptr && task.batched_own_task() == nullptr;
}

}  // namespace

void RunTheta::Fill(std::span<float> out) const {
  if (scale == 0) {
    std::ranges::copy(theta, out.begin());
  } else if (!sigmas.empty()) {
    Perturb(theta, sigmas, scale, stream, out);
  } else {
    Perturb(theta, std::fabs(scale), scale < 0 ? -1 : +1, stream, out);
  }
}

absl::Status InnerRuns::Observe(StepObserver) {
  return absl::UnimplementedError("the parameters of these runs are on a GPU for a whole window");
}

absl::Status CheckRow(const RunRow& row, size_t parameters, size_t state, size_t system,
                      size_t history) {
  if (row.parameters.size() == parameters && row.state.size() == state &&
      row.system.size() == system && row.history.size() == history) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "a run of ", row.parameters.size(), " parameters, ", row.state.size(),
      " numbers of optimizer state, ", row.system.size(), " of a system and ", row.history.size(),
      " of a delay, not ", parameters, ", ", state, ", ", system, " and ", history));
}

absl::Status CheckEngine(v1::Engine engine, const v1::Task& task, bool on_gpu) {
  const TaskFacts facts = FactsOf(task);
  if (!facts.tiers.contains(engine)) {
    return absl::InvalidArgumentError(absl::StrCat("the ", TierName(engine),
                                                   " engine does not run ", facts.article_and_name,
                                                   ": give engine: auto"));
  }
  if (!on_gpu || engine == v1::ENGINE_FUSED) return absl::OkStatus();
  if (task.has_own()) {
    return absl::InvalidArgumentError("tasks of plug-ins do not run on a GPU: give --device cpu");
  }
  if (engine == v1::ENGINE_TORCH) return LoadTorchCuda().status();
  return absl::InvalidArgumentError(
      absl::StrCat("the ", TierName(engine),
                   " engine does not run on a GPU: give --device cpu, or engine: fused"));
}

absl::StatusOr<std::unique_ptr<InnerRuns>> MakeRuns(v1::Engine engine,
                                                    const v1::LearnedOptimizer& optimizer,
                                                    const v1::Task& task_config, const Task& task,
                                                    int runs,
                                                    std::shared_ptr<const cuda::Device> device) {
  if (absl::Status status = CheckEngine(engine, task_config, device != nullptr); !status.ok())
    return status;
  switch (engine) {
    case v1::ENGINE_REFERENCE:
      if (task.system() != nullptr) return MakeSystemRuns(*task.system(), runs);
      return MakeReferenceRuns(optimizer, task, runs);
    case v1::ENGINE_FUSED:
      // Tasks that have no kernel there run beside the GPU, with the same bits.
      if (device != nullptr && task.fused_program() != nullptr) {
        return MakeCudaRuns(optimizer, task, runs, std::move(device));
      }
      return MakeFusedRuns(optimizer, task, runs);
    case v1::ENGINE_TORCH:
      // Beside the GPU too.
      if (IsLooped(task)) {
        return MakeTorchLoopRuns(MakeOptimizer(optimizer, task.parameters(), Arithmetic::kSimd),
                                 task, runs);
      }
      if (device != nullptr) {
        return MakeTorchCudaRuns(optimizer, task_config, task, runs, std::move(device));
      }
      return MakeTorchRuns(optimizer, task_config, task, runs);
    case v1::ENGINE_UNSPECIFIED:
    case v1::ENGINE_AUTO:
    case v1::Engine_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Engine_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return NoTier(engine);
}

absl::StatusOr<std::unique_ptr<InnerRuns>> MakeRunsWith(v1::Engine engine,
                                                        std::unique_ptr<Optimizer> optimizer,
                                                        const v1::Task& task_config,
                                                        const Task& task, int runs) {
  if (absl::Status status = CheckEngine(engine, task_config, false); !status.ok()) return status;
  switch (engine) {
    case v1::ENGINE_REFERENCE:
      return MakeReferenceRuns(std::move(optimizer), task, runs);
    case v1::ENGINE_FUSED:
      return MakeFusedRuns(std::move(optimizer), task, runs);
    case v1::ENGINE_TORCH:
      if (IsLooped(task)) return MakeTorchLoopRuns(std::move(optimizer), task, runs);
      return MakeTorchRuns(std::move(optimizer), task_config, task, runs);
    case v1::ENGINE_UNSPECIFIED:
    case v1::ENGINE_AUTO:
    case v1::Engine_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Engine_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return NoTier(engine);
}

}  // namespace paceline
