#include "worker/engine/torch_cuda/torch_cuda_runs.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/lopt/curvature.h"
#include "common/lopt/layout.h"
#include "common/task/facts.h"
#include "worker/cuda/optimizer.h"
#include "worker/engine/torch_cuda/torch_cuda_module.h"
#include "worker/task/torch/torch_loss.h"
#include "worker/task/torch_program.h"

namespace paceline {
namespace {

// Steps whose batches and draws are sent to the device at a time.
int64_t StepsAtATime(const TorchProgram& program, int runs) {
  constexpr int64_t kMost = 64, kDrawFloats = 16 << 20;
  const int64_t floats = std::max<int64_t>(1, program.step_floats * runs);
  return std::clamp<int64_t>(kDrawFloats / floats, 1, kMost);
}

absl::StatusOr<TorchStepPlan> PlanStep(const v1::Task& config, const Task& task, int runs) {
  TorchStepPlan plan;
  plan.runs = runs;
  plan.tensors = task.parameters();
  plan.loss = MakeTorchLoss(config);
  if (plan.loss == nullptr || task.torch_program() == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("the torch engine does not run ", FactsOf(config).article_and_name));
  }
  plan.program = *task.torch_program();
  plan.max_steps = StepsAtATime(plan.program, runs);
  return plan;
}

// An array of rows [run, stride] on the device.
struct Rows {
  size_t stride = 0;
  cuda::Array<float> values;

  static absl::StatusOr<Rows> Zeros(const cuda::Device& device, const cuda::Stream& stream,
                                    int runs, size_t size) {
    const std::vector<float> zeros(runs * cuda::RowStride(std::max<size_t>(size, 1)));
    auto values = cuda::Array<float>::Of(device, stream, zeros);
    if (!values.ok()) return values.status();
    return Rows{.stride = zeros.size() / runs, .values = *std::move(values)};
  }
};

class TorchCudaRuns : public InnerRuns {
 public:
  TorchCudaRuns(std::shared_ptr<const cuda::Device> device, cuda::Stream stream, const Task& task,
                int runs)
      : device_(std::move(device)), stream_(std::move(stream)), task_(task), runs_(runs) {}

  absl::Status Open(const v1::LearnedOptimizer& config, TorchStepPlan plan,
                    MakeCapturedStep* make) {
    theta_size_ = LayoutOf(config).size;
    max_steps_ = plan.max_steps;
    auto optimizer = cuda::MakeOptimizer(*device_, config, task_.parameters());
    if (!optimizer.ok()) return optimizer.status();
    optimizer_ = *std::move(optimizer);
    if (absl::Status status = Allocate(optimizer_->sizes()); !status.ok()) return status;
    const TorchStepArrays arrays{.parameters = parameters_.values.data(),
                                 .gradients = gradients_.values.data(),
                                 .stride = static_cast<int64_t>(parameters_.stride),
                                 .losses = losses_.data()};
    const auto update = [this](CUstream_st* stream) {
      return optimizer_->LaunchUpdate(stream, Arrays(), static_cast<int>(runs_.size()));
    };
    if (absl::Status status = stream_.Wait(); !status.ok()) return status;
    absl::StatusOr<std::unique_ptr<CapturedStep>> step;
    make({device_->info().index, std::move(plan), arrays, update}, &step);
    if (!step.ok()) return step.status();
    step_ = *std::move(step);
    return absl::OkStatus();
  }

  absl::Status Start(int run, const RunSeed& seed, int64_t num_steps) override {
    if (absl::Status status = Ready(); !status.ok()) return status;
    runs_[run] = {.seed = seed, .num_steps = num_steps};
    std::vector<float> initial(task_.parameter_count());
    task_.SampleInitial(seed, initial);
    return parameters_.values.Upload(stream_, run * parameters_.stride,
                                     std::span<const float>(initial));
  }

  absl::Status Advance(std::span<const RunTheta> thetas, int64_t steps,
                       std::span<float> losses) override {
    if (thetas.size() != runs_.size() || losses.size() != runs_.size() * steps) {
      return absl::InvalidArgumentError(absl::StrCat("θ of ", thetas.size(), " runs, not ",
                                                     runs_.size(), ", or losses of ", losses.size(),
                                                     ", not ", runs_.size() * steps));
    }
    absl::Status status = Ready();
    if (status.ok()) status = OpenWindow(thetas);
    for (int64_t done = 0; done < steps && status.ok(); done += max_steps_) {
      status = RunSteps(done, std::min(max_steps_, steps - done), steps, losses);
    }
    for (size_t run = 0; run < runs_.size(); ++run) {
      HideAfterDivergence(losses.subspan(run * steps, steps));
    }
    return failure_ = status;
  }

  // What fails here is reported by the next Advance.
  void Copy(int from, int to) override {
    absl::Status status = Ready();
    for (const Rows* rows : {&parameters_, &states_}) {
      if (!status.ok()) break;
      status =
          rows->values.CopyWithin(stream_, from * rows->stride, to * rows->stride, rows->stride);
    }
    failure_.Update(status);
    runs_[to] = runs_[from];
  }

  // NaN if the device fails: the next Advance says why.
  std::vector<float> Parameters(int run) const override {
    std::vector<float> values(task_.parameter_count());
    absl::Status status = Ready();
    if (status.ok()) {
      status =
          parameters_.values.Download(stream_, run * parameters_.stride, std::span<float>(values));
    }
    if (status.ok()) status = stream_.Wait();
    if (!status.ok()) {
      values.assign(values.size(), std::numeric_limits<float>::quiet_NaN());
      failure_.Update(status);
    }
    return values;
  }

  absl::StatusOr<RunRow> Save(int run) const override {
    RunRow row;
    row.parameters.resize(task_.parameter_count());
    row.state.resize(optimizer_->sizes().state);
    absl::Status status = Ready();
    if (status.ok()) {
      status =
          parameters_.values.Download(stream_, run * parameters_.stride, std::span(row.parameters));
    }
    if (status.ok()) {
      status = states_.values.Download(stream_, run * states_.stride, std::span(row.state));
    }
    if (status.ok()) status = stream_.Wait();
    if (status.ok()) return row;
    failure_.Update(status);
    return status;
  }
  absl::Status Restore(int run, int64_t step, const RunRow& row) override {
    absl::Status status = CheckRow(row, task_.parameter_count(), optimizer_->sizes().state, 0);
    if (!status.ok()) return status;
    status = Ready();
    if (status.ok()) {
      status =
          parameters_.values.Upload(stream_, run * parameters_.stride, std::span(row.parameters));
    }
    if (status.ok()) {
      status = states_.values.Upload(stream_, run * states_.stride, std::span(row.state));
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
    bool begins = true;  // until the first Advance
  };

  absl::Status Ready() const { return failure_.ok() ? device_->Use() : failure_; }

  absl::Status Allocate(const OptimizerSizes& sizes) {
    const int runs = static_cast<int>(runs_.size());
    const auto rows = [&](Rows& to, size_t size) -> absl::Status {
      auto made = Rows::Zeros(*device_, stream_, runs, size);
      if (made.ok()) to = *std::move(made);
      return made.status();
    };
    const auto zeros = [&]<class T>(cuda::Array<T>& to) -> absl::Status {
      auto made = cuda::Array<T>::Of(*device_, stream_, std::vector<T>(runs_.size()));
      if (made.ok()) to = *std::move(made);
      return made.status();
    };
    absl::Status status = rows(parameters_, task_.parameter_count());
    if (status.ok()) status = rows(gradients_, task_.parameter_count());
    if (status.ok()) status = rows(thetas_, sizes.theta);
    if (status.ok()) status = rows(prepared_, sizes.prepared);
    if (status.ok()) status = rows(states_, sizes.state);
    if (status.ok()) status = rows(scratch_, sizes.scratch);
    if (status.ok()) status = zeros(losses_);
    if (status.ok()) status = zeros(iterations_);
    if (status.ok()) status = zeros(num_steps_);
    if (status.ok()) status = zeros(stopped_);
    if (status.ok()) status = zeros(begins_);
    return status;
  }

  UpdateArrays Arrays() const {
    return {.thetas = thetas_.values.data(),
            .theta_stride = thetas_.stride,
            .prepared = prepared_.values.data(),
            .prepared_stride = prepared_.stride,
            .states = states_.values.data(),
            .state_stride = states_.stride,
            .gradients = gradients_.values.data(),
            .parameters = parameters_.values.data(),
            .gradient_stride = gradients_.stride,
            .parameter_stride = parameters_.stride,
            .scratch = scratch_.values.data(),
            .scratch_stride = scratch_.stride,
            .losses = losses_.data(),
            .iterations = iterations_.data(),
            .num_steps = num_steps_.data(),
            .stopped = stopped_.data()};
  }

  // θ, initial states and counters; done when this returns, since the graph runs in another stream.
  absl::Status OpenWindow(std::span<const RunTheta> thetas) {
    std::vector<float> rows(runs_.size() * thetas_.stride);
    std::vector<int64_t> iterations, num_steps;
    std::vector<int32_t> begins;
    for (size_t run = 0; run < runs_.size(); ++run) {
      thetas[run].Fill(std::span(rows).subspan(run * thetas_.stride, theta_size_));
      iterations.push_back(runs_[run].step);
      num_steps.push_back(runs_[run].num_steps);
      begins.push_back(runs_[run].begins ? 1 : 0);
      runs_[run].begins = false;
    }
    const std::vector<int32_t> none(runs_.size());
    absl::Status status = thetas_.values.Upload(stream_, 0, std::span<const float>(rows));
    if (status.ok()) {
      status = iterations_.Upload(stream_, 0, std::span<const int64_t>(iterations));
    }
    if (status.ok()) status = num_steps_.Upload(stream_, 0, std::span<const int64_t>(num_steps));
    if (status.ok()) status = stopped_.Upload(stream_, 0, std::span<const int32_t>(none));
    if (status.ok()) status = begins_.Upload(stream_, 0, std::span<const int32_t>(begins));
    if (status.ok()) {
      status = optimizer_->LaunchPrepare(stream_.raw(), Arrays(), begins_.data(),
                                         static_cast<int>(runs_.size()));
    }
    return status.ok() ? stream_.Wait() : status;
  }

  // Steps first, first+1, ... of a window of `steps`; losses [run, steps].
  absl::Status RunSteps(int64_t first, int64_t count, int64_t steps, std::span<float> losses) {
    std::vector<RunSeed> seeds;
    std::vector<int64_t> steps_done;
    for (const Run& run : runs_) {
      seeds.push_back(run.seed);
      steps_done.push_back(run.step);
    }
    const TorchProgram& program = *task_.torch_program();
    StepTables tables = TablesOf(program, seeds, steps_done, count);
    if (first == 0) tables.episode = EpisodeTable(program, seeds);
    absl::Status status = step_->Begin(tables);
    std::vector<float> table(count * runs_.size());  // [step, run]
    if (status.ok()) status = step_->Run(count, table);
    for (size_t run = 0; run < runs_.size(); ++run) {
      for (int64_t step = 0; step < count; ++step) {
        losses[run * steps + first + step] = table[step * runs_.size() + run];
      }
      runs_[run].step += count;
    }
    return status;
  }

  // A run that stands still repeats losses that mean nothing any more.
  static void HideAfterDivergence(std::span<float> losses) {
    bool finite = true;
    for (float& loss : losses) {
      if (!finite) loss = std::numeric_limits<float>::quiet_NaN();
      finite = finite && std::isfinite(loss);
    }
  }

  const std::shared_ptr<const cuda::Device> device_;
  const cuda::Stream stream_;
  const Task& task_;
  std::vector<Run> runs_;
  size_t theta_size_ = 0;
  int64_t max_steps_ = 1;  // of one Begin
  std::unique_ptr<cuda::Optimizer> optimizer_;
  Rows parameters_, gradients_, thetas_, prepared_, states_, scratch_;
  cuda::Array<float> losses_;              // [run]
  cuda::Array<int64_t> iterations_;        // [run]
  cuda::Array<int64_t> num_steps_;         // [run]
  cuda::Array<int32_t> stopped_, begins_;  // [run]
  std::unique_ptr<CapturedStep> step_;     // ends before the arrays that it uses
  mutable absl::Status failure_;           // the first; the runs are of no use after it
};

}  // namespace

absl::StatusOr<std::unique_ptr<InnerRuns>> MakeTorchCudaRuns(
    const v1::LearnedOptimizer& optimizer, const v1::Task& task_config, const Task& task, int runs,
    std::shared_ptr<const cuda::Device> device) {
  if (!CurvatureOf(optimizer).none()) {
    return absl::InvalidArgumentError(
        "engine: torch has no curvature features on a GPU; engine: fused has them there, and "
        "every engine on a processor");
  }
  auto plan = PlanStep(task_config, task, runs);
  if (!plan.ok()) return plan.status();
  const auto make = LoadTorchCuda();
  if (!make.ok()) return make.status();
  auto stream = cuda::Stream::Create(*device);
  if (!stream.ok()) return stream.status();
  auto result = std::make_unique<TorchCudaRuns>(std::move(device), *std::move(stream), task, runs);
  if (absl::Status status = result->Open(optimizer, *std::move(plan), *make); !status.ok()) {
    return status;
  }
  return result;
}

}  // namespace paceline
