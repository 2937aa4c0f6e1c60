// The fused tier on a CUDA device: a block of threads for every run, its whole window in one
// launch.
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/cuda/optimizer.h"
#include "worker/cuda/window.h"
#include "worker/engine/cuda_data.h"
#include "worker/engine/inner_runs.h"
#include "worker/engine/window_task.h"
#include "worker/optim/make.h"

namespace paceline {
namespace {

// Device memory of all runs; run r's part begins at r·(its stride).
struct RunMemory {
  size_t parameter_stride = 0, state_stride = 0, workspace_stride = 0;
  cuda::Array<float> parameters, states, workspaces;
  cuda::Array<WindowRun> descriptors;

  static absl::StatusOr<RunMemory> Allocate(const cuda::Device& device, const WindowTask& task,
                                            size_t state_size, const WindowLayout& layout,
                                            int runs) {
    RunMemory memory;
    memory.parameter_stride = cuda::RowStride(task.parameters);
    memory.state_stride = cuda::RowStride(state_size);
    memory.workspace_stride = cuda::RowStride(layout.workspace_floats);
    const auto allocate = [&](auto& array, size_t count) -> absl::Status {
      auto allocated = std::remove_reference_t<decltype(array)>::Allocate(device, count);
      if (!allocated.ok()) return allocated.status();
      array = *std::move(allocated);
      return absl::OkStatus();
    };
    absl::Status status = allocate(memory.parameters, runs * memory.parameter_stride);
    if (status.ok()) status = allocate(memory.states, runs * memory.state_stride);
    if (status.ok()) status = allocate(memory.workspaces, runs * memory.workspace_stride);
    if (status.ok()) status = allocate(memory.descriptors, runs);
    if (!status.ok()) return status;
    return memory;
  }
};

template <class Plan>
class CudaRuns : public InnerRuns {
 public:
  static absl::StatusOr<std::unique_ptr<InnerRuns>> Create(
      std::shared_ptr<const cuda::Device> device, const OwnedPlan<Plan>& owned,
      const ImageMlp& task, const CurvatureNeeds& needs, int runs,
      const cuda::WindowTuning& tuning) {
    auto data = DataOnDevice(*device, task.shared_data());
    if (!data.ok()) return data.status();
    auto stream = cuda::Stream::Create(*device);
    if (!stream.ok()) return stream.status();
    auto plan = cuda::DevicePlan<Plan>::Upload(*device, *stream, owned);
    if (!plan.ok()) return plan.status();
    const WindowTask window_task =
        MakeWindowTask(task, (*data)->images.data(), (*data)->labels.data(), needs);
    const WindowLayout layout =
        PlanWindow(window_task, SizesOf(owned.plan), cuda::SharedBytes(device->info(), tuning));
    auto memory = RunMemory::Allocate(*device, window_task, owned.plan.state_size, layout, runs);
    if (!memory.ok()) return memory.status();
    if (absl::Status status = stream->Wait(); !status.ok()) return status;
    std::unique_ptr<CudaRuns> result(new CudaRuns(std::move(device), task, tuning));
    result->data_ = *std::move(data);
    result->stream_.emplace(*std::move(stream));
    result->plan_.emplace(*std::move(plan));
    result->window_task_ = window_task;
    result->layout_ = layout;
    result->memory_ = *std::move(memory);
    result->runs_.resize(runs);
    return result;
  }

  absl::Status Start(int run, const RunSeed& seed, int64_t num_steps) override {
    if (absl::Status status = Ready(); !status.ok()) return status;
    runs_[run] = {.seed = seed, .num_steps = num_steps};
    std::vector<float> initial(task_.parameter_count());
    task_.SampleInitial(seed, initial);
    return memory_.parameters.Upload(*stream_, run * memory_.parameter_stride,
                                     std::span<const float>(initial));
  }

  absl::Status Advance(std::span<const RunTheta> thetas, int64_t steps,
                       std::span<float> losses) override {
    absl::Status status = Ready();
    if (status.ok()) status = UploadThetas(thetas);
    if (status.ok()) status = Reserve(loss_array_, losses.size());
    if (status.ok()) status = UploadDescriptors(thetas, steps);
    if (status.ok()) {
      status = cuda::LaunchWindow(*stream_, window_task_, plan_->plan(), layout_,
                                  memory_.descriptors.data(), static_cast<int>(runs_.size()), steps,
                                  tuning_);
    }
    if (status.ok()) status = loss_array_.Download(*stream_, 0, losses);
    if (status.ok()) status = stream_->Wait();
    if (!status.ok()) return failure_ = status;
    for (Run& run : runs_) {
      run.step += steps;
      run.begins = false;
    }
    return absl::OkStatus();
  }

  // What fails here is reported by the next Advance.
  void Copy(int from, int to) override {
    absl::Status status = Ready();
    const auto copy = [&](const cuda::Array<float>& array, size_t stride) {
      if (status.ok()) status = array.CopyWithin(*stream_, from * stride, to * stride, stride);
    };
    copy(memory_.parameters, memory_.parameter_stride);
    copy(memory_.states, memory_.state_stride);
    failure_.Update(status);
    runs_[to] = runs_[from];
  }

  // NaN if the device fails: the next Advance says why.
  std::vector<float> Parameters(int run) const override {
    std::vector<float> parameters(task_.parameter_count());
    absl::Status status = Ready();
    if (status.ok()) {
      status = memory_.parameters.Download(*stream_, run * memory_.parameter_stride,
                                           std::span<float>(parameters));
    }
    if (status.ok()) status = stream_->Wait();
    if (!status.ok()) {
      parameters.assign(parameters.size(), std::numeric_limits<float>::quiet_NaN());
      failure_.Update(status);
    }
    return parameters;
  }

  absl::StatusOr<RunRow> Save(int run) const override {
    RunRow row;
    row.parameters.resize(task_.parameter_count());
    row.state.resize(plan_->plan().state_size);
    absl::Status status = Ready();
    if (status.ok()) {
      status = memory_.parameters.Download(*stream_, run * memory_.parameter_stride,
                                           std::span(row.parameters));
    }
    if (status.ok()) {
      status = memory_.states.Download(*stream_, run * memory_.state_stride, std::span(row.state));
    }
    if (status.ok()) status = stream_->Wait();
    if (status.ok()) return row;
    failure_.Update(status);
    return status;
  }
  absl::Status Restore(int run, int64_t step, const RunRow& row) override {
    absl::Status status = CheckRow(row, task_.parameter_count(), plan_->plan().state_size, 0);
    if (!status.ok()) return status;
    status = Ready();
    if (status.ok()) {
      status = memory_.parameters.Upload(*stream_, run * memory_.parameter_stride,
                                         std::span(row.parameters));
    }
    if (status.ok()) {
      status = memory_.states.Upload(*stream_, run * memory_.state_stride, std::span(row.state));
    }
    runs_[run].step = step;
    runs_[run].begins = false;
    failure_.Update(status);
    return status;
  }

 private:
  struct Run {
    RunSeed seed;
    int64_t step = 0;
    int64_t num_steps = 0;
    bool begins = true;
  };

  CudaRuns(std::shared_ptr<const cuda::Device> device, const ImageMlp& task,
           const cuda::WindowTuning& tuning)
      : device_(std::move(device)), task_(task), tuning_(tuning) {}

  absl::Status Ready() const { return failure_.ok() ? device_->Use() : failure_; }

  template <class T>
  absl::Status Reserve(cuda::Array<T>& array, size_t count) {
    if (array.size() >= count) return absl::OkStatus();
    auto allocated = cuda::Array<T>::Allocate(*device_, count);
    if (!allocated.ok()) return allocated.status();
    array = *std::move(allocated);
    return absl::OkStatus();
  }

  // Every θ, and every σ by element, once, however many runs share it; theta_place_[run] and
  // sigma_place_[run] are where a run's begin.
  absl::Status UploadThetas(std::span<const RunTheta> thetas) {
    std::vector<std::span<const float>> distinct;
    const size_t stride = cuda::RowStride(plan_->plan().theta_size);
    const auto place = [&](std::span<const float> values) {
      size_t i = 0;
      while (i < distinct.size() && distinct[i].data() != values.data()) ++i;
      if (i == distinct.size()) distinct.push_back(values);
      return i * stride;
    };
    theta_place_.clear();
    sigma_place_.clear();
    for (const RunTheta& theta : thetas) {
      theta_place_.push_back(place(theta.theta));
      sigma_place_.push_back(theta.sigmas.empty() ? 0 : place(theta.sigmas));
    }
    absl::Status status = Reserve(theta_array_, distinct.size() * stride);
    for (size_t i = 0; i < distinct.size() && status.ok(); ++i) {
      status = theta_array_.Upload(*stream_, i * stride, distinct[i]);
    }
    return status;
  }

  absl::Status UploadDescriptors(std::span<const RunTheta> thetas, int64_t steps) {
    std::vector<WindowRun> descriptors;
    for (size_t r = 0; r < runs_.size(); ++r) {
      WindowRun run = DescribeRun(thetas[r], runs_[r].seed, runs_[r].step);
      run.theta = theta_array_.data() + theta_place_[r];
      if (run.sigmas != nullptr) run.sigmas = theta_array_.data() + sigma_place_[r];
      run.num_steps = runs_[r].num_steps;
      run.begins = runs_[r].begins;
      run.parameters = memory_.parameters.data() + r * memory_.parameter_stride;
      run.state = memory_.states.data() + r * memory_.state_stride;
      run.workspace = memory_.workspaces.data() + r * memory_.workspace_stride;
      run.losses = loss_array_.data() + r * steps;
      descriptors.push_back(run);
    }
    return memory_.descriptors.Upload(*stream_, 0, std::span<const WindowRun>(descriptors));
  }

  const std::shared_ptr<const cuda::Device> device_;
  const ImageMlp& task_;
  const cuda::WindowTuning tuning_;
  std::shared_ptr<const CudaData> data_;
  std::optional<cuda::Stream> stream_;
  std::optional<cuda::DevicePlan<Plan>> plan_;
  WindowTask window_task_;
  WindowLayout layout_;
  RunMemory memory_;
  std::vector<Run> runs_;
  std::vector<size_t> theta_place_, sigma_place_;  // [run]
  cuda::Array<float> theta_array_, loss_array_;
  // The first error: after it, what is on the device cannot be trusted.
  mutable absl::Status failure_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<InnerRuns>> MakeCudaRuns(const v1::LearnedOptimizer& optimizer,
                                                        const Task& task, int runs,
                                                        std::shared_ptr<const cuda::Device> device,
                                                        const cuda::WindowTuning& tuning) {
  const ImageMlp* found = task.fused_program();
  if (found == nullptr) {
    return absl::InvalidArgumentError("the fused kernel runs only image_mlp tasks on a GPU");
  }
  const ImageMlp& mlp = *found;
  return VisitPlan(optimizer, task.parameters(), [&](const auto& owned) {
    using Plan = typename std::remove_cvref_t<decltype(owned)>::Plan;
    return CudaRuns<Plan>::Create(std::move(device), owned, mlp, CurvatureOf(optimizer), runs,
                                  tuning);
  });
}

}  // namespace paceline
