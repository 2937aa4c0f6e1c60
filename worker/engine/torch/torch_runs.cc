// The batched tier: parameters and accumulators as [run, ...] tensors.
//
// Determinism: one LibTorch build on one kind of processor gives the same bits every time, in any
// thread, whatever the other runs' values are. It is not promised that a run has the same bits
// among another number of runs.
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <exception>
#include <limits>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/engine/inner_runs.h"
#include "worker/engine/torch/torch_optim.h"
#include "worker/engine/torch/torch_optim_kinds.h"
#include "worker/engine/torch/torch_task.h"

namespace paceline {
namespace {

// A thread computes one block at a time, so Torch's own threads would only be in each other's way.
// Torch keeps part of the setting per thread.
void UseOneThread() {
  static std::once_flag process;
  std::call_once(process, [] {
    if (at::get_num_interop_threads() != 1) at::set_num_interop_threads(1);
  });
  static std::mutex mutex;
  thread_local bool done = false;
  if (done) return;
  const std::lock_guard<std::mutex> lock(mutex);
  at::set_num_threads(1);
  done = true;
}

// Calls f(), with Torch's exceptions as Internal.
template <class F>
absl::Status RunTorch(const F& f) {
  try {
    UseOneThread();
    f();
    return absl::OkStatus();
  } catch (const c10::Error& error) {
    return absl::InternalError(absl::StrCat("LibTorch: ", error.what_without_backtrace()));
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat("LibTorch: ", error.what()));
  }
}

// The memory of `values` as a CPU tensor; not copied.
at::Tensor View(std::span<const float> values, at::IntArrayRef shape) {
  return at::from_blob(const_cast<float*>(values.data()), shape, at::kFloat);
}

class TorchRuns : public InnerRuns {
 public:
  TorchRuns(const Task& task, std::unique_ptr<TorchTask> batched, std::unique_ptr<TorchOptim> optim,
            int64_t theta_size, int64_t runs, at::Device device)
      : task_(task),
        batched_(std::move(batched)),
        optim_(std::move(optim)),
        theta_size_(theta_size),
        device_(device),
        steps_(static_cast<size_t>(runs)) {
    for (const ParameterTensor& tensor : task.parameters()) {
      parameters_.push_back(at::zeros(WithRuns(runs, tensor.shape), at::kFloat).to(device));
    }
  }

  absl::Status Start(int run, const RunSeed& seed) override {
    std::vector<float> initial(task_.parameter_count());
    task_.SampleInitial(seed, initial);
    return RunTorch([&] {
      for (size_t i = 0; i < parameters_.size(); ++i) {
        const ParameterTensor& tensor = task_.parameters()[i];
        const std::span<const float> values =
            std::span(initial).subspan(tensor.offset, tensor.size);
        parameters_[i].select(0, run).copy_(View(values, tensor.shape));
      }
      batched_->Start(run, seed);
      optim_->Reset(run);
      steps_[run] = 0;
    });
  }

  absl::Status Advance(std::span<const RunTheta> thetas, int64_t steps,
                       std::span<float> losses) override {
    const int64_t runs = static_cast<int64_t>(steps_.size());
    if (!copied_.ok()) return copied_;
    if (static_cast<int64_t>(thetas.size()) != runs ||
        static_cast<int64_t>(losses.size()) != runs * steps) {
      return absl::InvalidArgumentError(absl::StrCat("θ of ", thetas.size(), " runs, not ", runs,
                                                     ", or losses of ", losses.size(), ", not ",
                                                     runs * steps));
    }
    const absl::Status status = RunTorch([&] {
      optim_->SetTheta(Stack(thetas));
      at::Tensor table = at::empty({runs, steps}, at::TensorOptions(at::kFloat).device(device_));
      for (int64_t step = 0; step < steps; ++step) table.select(1, step).copy_(AdvanceOneStep());
      View(losses, {runs, steps}).copy_(table);
    });
    for (int64_t run = 0; run < runs; ++run) {
      HideAfterDivergence(losses.subspan(run * steps, steps));
    }
    return status;
  }

  void Copy(int from, int to) override {
    copied_.Update(RunTorch([&] {
      for (const at::Tensor& tensor : parameters_) {
        tensor.select(0, to).copy_(tensor.select(0, from));
      }
      batched_->Copy(from, to);
      optim_->Copy(from, to);
      steps_[to] = steps_[from];
    }));
  }

  std::vector<float> Parameters(int run) const override {
    std::vector<float> values(task_.parameter_count());
    const absl::Status status = RunTorch([&] {
      for (size_t i = 0; i < parameters_.size(); ++i) {
        const ParameterTensor& tensor = task_.parameters()[i];
        View(std::span(values).subspan(tensor.offset, tensor.size), tensor.shape)
            .copy_(parameters_[i].select(0, run));
      }
    });
    return status.ok() ? values : std::vector<float>();
  }

 private:
  // [run, P]
  at::Tensor Stack(std::span<const RunTheta> thetas) const {
    std::vector<float> rows(thetas.size() * theta_size_);
    for (size_t run = 0; run < thetas.size(); ++run) {
      thetas[run].Fill(std::span(rows).subspan(run * theta_size_, theta_size_));
    }
    return View(rows, {static_cast<int64_t>(thetas.size()), theta_size_})
        .to(device_, /*non_blocking=*/false, /*copy=*/true);
  }

  // Losses [run] before the update.
  at::Tensor AdvanceOneStep() {
    const LossesAndGradients result = batched_->Evaluate(steps_, parameters_);
    const std::vector<float> iterations(steps_.begin(), steps_.end());
    optim_->Update(View(iterations, {static_cast<int64_t>(iterations.size())}).to(device_),
                   result.gradients, parameters_);
    for (int64_t& step : steps_) ++step;
    return result.losses;
  }

  // A run goes on after a loss that is not finite, since the others do; what it computes then has
  // no meaning.
  static void HideAfterDivergence(std::span<float> losses) {
    bool finite = true;
    for (float& loss : losses) {
      if (!finite) loss = std::numeric_limits<float>::quiet_NaN();
      finite = finite && std::isfinite(loss);
    }
  }

  const Task& task_;
  std::unique_ptr<TorchTask> batched_;
  std::unique_ptr<TorchOptim> optim_;
  int64_t theta_size_;
  at::Device device_;
  std::vector<at::Tensor> parameters_;  // [run, shape...] each
  std::vector<int64_t> steps_;          // inner step counter of each run
  absl::Status copied_;                 // first failure of Copy
};

}  // namespace

absl::StatusOr<std::unique_ptr<InnerRuns>> MakeTorchRuns(const v1::LearnedOptimizer& optimizer,
                                                         const v1::Task& task_config,
                                                         const Task& task, int runs) {
  const at::Device device = at::kCPU;
  std::unique_ptr<InnerRuns> result;
  absl::Status unknown;
  const absl::Status status = RunTorch([&] {
    auto batched = MakeTorchTask(task_config, task, runs, device);
    unknown = batched.status();
    if (!batched.ok()) return;
    result = std::make_unique<TorchRuns>(
        task, *std::move(batched), MakeTorchOptim(optimizer, task.parameters(), runs, device),
        static_cast<int64_t>(LayoutOf(optimizer).size), runs, device);
  });
  unknown.Update(status);
  if (!unknown.ok()) return unknown;
  return result;
}

}  // namespace paceline
