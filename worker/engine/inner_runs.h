// The engine's three tiers behind one interface: R inner training runs of one task, advanced
// together, each under its own θ.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/lane/dispatch.h"
#include "common/noise/streams.h"
#include "common/tier/tier.h"
#include "paceline/v1/optimizer.pb.h"
#include "paceline/v1/task.pb.h"
#include "paceline/v1/tier.pb.h"
#include "worker/cuda/device.h"
#include "worker/cuda/window.h"
#include "worker/task/task.h"

namespace paceline {

class Optimizer;
class System;

// θ of one run in one window, by its seed: theta + scale·n, n the stream's normals, each times its
// own of `sigmas` unless that is empty.
struct RunTheta {
  std::span<const float> theta;  // [P]; the caller's, often shared by all runs
  Stream stream = {};
  float scale = 0;
  std::span<const float> sigmas = {};  // [P] or empty; the caller's

  // out: [P]
  void Fill(std::span<float> out) const;
};

// What a run carries from one window to the next, as its tier keeps it. The tiers of one
// fingerprint keep it alike, wherever they run.
struct RunRow {
  std::vector<float> parameters;  // [parameter]
  std::vector<float> state;       // the optimizer's
  std::vector<double> system;     // of a dynamical system, instead of both
  std::vector<float> history;     // parameters of steps before, for a delayed gradient
};

// Not thread-safe; different objects may be used by different threads. What one run computes does
// not depend on the other runs.
class InnerRuns {
 public:
  virtual ~InnerRuns() = default;

  // Run `run` begins an episode of `num_steps` inner steps (some optimizers want to know): initial
  // weights drawn from `seed`, inner step counter 0, optimizer state initial under the θ of the
  // next Advance.
  virtual absl::Status Start(int run, const RunSeed& seed, int64_t num_steps) = 0;
  // `steps` inner steps of every run. thetas: [run]. losses: [run, steps], the raw training loss
  // before each update; not finite if the run diverged.
  virtual absl::Status Advance(std::span<const RunTheta> thetas, int64_t steps,
                               std::span<float> losses) = 0;
  // From now on Advance calls `observer` after each step of a run whose loss was finite; `step`
  // counts from 0 in each Advance. Unimplemented where the parameters are not in the host's memory.
  using StepObserver =
      std::function<void(int run, int64_t step, std::span<const float> parameters)>;
  virtual absl::Status Observe(StepObserver observer);
  // Run `to` becomes a copy of run `from` (parameters, optimizer state, seed, counter).
  virtual void Copy(int from, int to) = 0;
  // Task parameters of a run, flat, in the order of Task::parameters(), as its optimizer finishes
  // them (Optimizer::Finish); the run goes on as it was.
  virtual std::vector<float> Parameters(int run) const = 0;

  // What the run is made of since the last Advance, which came after its Start. Errors of the
  // device.
  virtual absl::StatusOr<RunRow> Save(int run) const = 0;
  // After Start with the seed and the number of steps of the run that was saved: it stands where
  // that one stood, `step` inner steps into its episode, and goes on with the same bits.
  // InvalidArgument for a row of other sizes; errors of the device.
  virtual absl::Status Restore(int run, int64_t step, const RunRow& row) = 0;
};

// InvalidArgument unless the row has these sizes.
absl::Status CheckRow(const RunRow& row, size_t parameters, size_t state, size_t system,
                      size_t history = 0);

// InvalidArgument if the tier cannot run the task there; Unavailable if it needs what this machine
// lacks.
absl::Status CheckEngine(v1::Engine engine, const v1::Task& task, bool on_gpu);

// `task` was made from `task_config` and outlives the runs; `device` is null for the processor.
// Errors as CheckEngine, and those of the device.
absl::StatusOr<std::unique_ptr<InnerRuns>> MakeRuns(
    v1::Engine engine, const v1::LearnedOptimizer& optimizer, const v1::Task& task_config,
    const Task& task, int runs, std::shared_ptr<const cuda::Device> device = nullptr);

// The same on the processor, with an optimizer of the caller's own for task.parameters(); a θ is
// what that optimizer calls one.
absl::StatusOr<std::unique_ptr<InnerRuns>> MakeRunsWith(v1::Engine engine,
                                                        std::unique_ptr<Optimizer> optimizer,
                                                        const v1::Task& task_config,
                                                        const Task& task, int runs);

// The tiers themselves.
// Plain loops: Task::LossAndGradient and the scalar optimizer.
std::unique_ptr<InnerRuns> MakeReferenceRuns(const v1::LearnedOptimizer& optimizer,
                                             const Task& task, int runs);
std::unique_ptr<InnerRuns> MakeReferenceRuns(std::unique_ptr<Optimizer> optimizer, const Task& task,
                                             int runs);
// Dynamical systems, in the reference tier. `system` outlives the runs.
std::unique_ptr<InnerRuns> MakeSystemRuns(const System& system, int runs);
// SIMD: the kernels of worker/kernels for the task's gradient (its own loops where it has no
// kernel) and the SIMD optimizer; one run at a time, so that its state stays in cache for the whole
// window. The processor must be able to run `target`; all targets give the same bits.
std::unique_ptr<InnerRuns> MakeFusedRuns(const v1::LearnedOptimizer& optimizer, const Task& task,
                                         int runs, lane::Target target = lane::ActiveTarget());
std::unique_ptr<InnerRuns> MakeFusedRuns(std::unique_ptr<Optimizer> optimizer, const Task& task,
                                         int runs);
// The fused tier on a GPU: image MLPs, every run's whole window by one block of threads. The same
// bits as MakeFusedRuns. InvalidArgument for another task.
absl::StatusOr<std::unique_ptr<InnerRuns>> MakeCudaRuns(const v1::LearnedOptimizer& optimizer,
                                                        const Task& task, int runs,
                                                        std::shared_ptr<const cuda::Device> device,
                                                        const cuda::WindowTuning& tuning = {});
// The torch tier of a task that has no text for many runs together: its own gradients and the SIMD
// optimizer, one run after the other.
std::unique_ptr<InnerRuns> MakeTorchLoopRuns(std::unique_ptr<Optimizer> optimizer, const Task& task,
                                             int runs);
// Gradients of all runs together by LibTorch's autograd, then the SIMD optimizer, run by run. In
// worker/engine/torch, the one folder that needs LibTorch.
absl::StatusOr<std::unique_ptr<InnerRuns>> MakeTorchRuns(const v1::LearnedOptimizer& optimizer,
                                                         const v1::Task& task_config,
                                                         const Task& task, int runs);
absl::StatusOr<std::unique_ptr<InnerRuns>> MakeTorchRuns(std::unique_ptr<Optimizer> optimizer,
                                                         const v1::Task& task_config,
                                                         const Task& task, int runs);

}  // namespace paceline
