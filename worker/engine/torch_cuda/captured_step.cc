#include "worker/engine/torch_cuda/captured_step.h"

#include <ATen/Context.h>
#include <ATen/cuda/CUDAGraph.h>
#include <ATen/ops/from_blob.h>
#include <c10/cuda/CUDAGuard.h>

#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include "worker/engine/torch/torch_step.h"
#include "worker/network/torch/run_torch.h"

namespace paceline {
namespace {

// cuBLAS, the allocator and autograd settle within these.
constexpr int kWarmUpSteps = 3;

// What one thread does while another captures would end up in its graph, or break it.
std::mutex& CaptureMutex() {
  static std::mutex mutex;
  return mutex;
}

class GraphStep : public CapturedStep {
 public:
  explicit GraphStep(CapturedStepRequest request)
      : device_(at::kCUDA, static_cast<c10::DeviceIndex>(request.device)),
        stream_(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device_.index())),
        runs_(request.plan.runs) {
    const c10::cuda::CUDAStreamGuard guard(stream_);
    // Convolutions by the same kernel every time, and by none that adds in another order each time.
    at::globalContext().setBenchmarkCuDNN(false);
    at::globalContext().setDeterministicCuDNN(true);
    step_ = std::make_unique<TorchStep>(request.plan, request.arrays, device_,
                                        [this, update = std::move(request.update)] {
                                          const absl::Status status = update(stream_.stream());
                                          if (!status.ok())
                                            throw std::runtime_error(std::string(status.message()));
                                        });
    Capture();
  }

  absl::Status Begin(const StepTables& tables) override {
    return RunTorch([&] {
      const c10::cuda::CUDAStreamGuard guard(stream_);
      step_->Begin(tables);
      stream_.synchronize();
    });
  }

  absl::Status Run(int64_t steps, std::span<float> losses) override {
    return RunTorch([&] {
      const c10::cuda::CUDAStreamGuard guard(stream_);
      for (int64_t step = 0; step < steps; ++step) graph_.replay();
      // Waits for the stream.
      at::from_blob(losses.data(), {steps, runs_}, at::kFloat).copy_(step_->losses(steps));
    });
  }

 private:
  void Capture() {
    const std::lock_guard<std::mutex> lock(CaptureMutex());
    // On examples number 0: Begin has not been called.
    for (int step = 0; step < kWarmUpSteps; ++step) step_->Enqueue();
    stream_.synchronize();
    // Relaxed: other threads replay and allocate meanwhile, on streams of their own.
    graph_.capture_begin(/*pool=*/{0, 0}, cudaStreamCaptureModeRelaxed);
    step_->Enqueue();
    graph_.capture_end();
  }

  const at::Device device_;
  const c10::cuda::CUDAStream stream_;
  const int64_t runs_;
  std::unique_ptr<TorchStep> step_;
  at::cuda::CUDAGraph graph_;
};

}  // namespace
}  // namespace paceline

extern "C" __attribute__((visibility("default"))) void PacelineMakeCapturedStep(
    paceline::CapturedStepRequest request,
    absl::StatusOr<std::unique_ptr<paceline::CapturedStep>>* result) {
  const absl::Status status = paceline::RunTorch(
      [&] { *result = std::make_unique<paceline::GraphStep>(std::move(request)); });
  if (!status.ok()) *result = status;
}
