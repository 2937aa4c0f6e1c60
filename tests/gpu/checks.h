// The checks of a GPU, each printing JSON lines. All but the launches is done in a dry run as well.
#pragma once

#include <cstdio>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "paceline/v1/task.pb.h"
#include "tests/testing/samples.h"
#include "worker/cuda/device.h"
#include "worker/task/image_mlp/image_mlp.h"
#include "worker/task/network/network_task.h"

namespace paceline {

struct GpuCheck {
  std::shared_ptr<const cuda::Device> device;  // null: a dry run
  std::FILE* out = stdout;
  // No benchmarks, no LibTorch, and no comparison that takes long without a GPU.
  bool quick = false;
  bool failed = false;  // a comparison was not bit-equal, or off by more than its tolerance

  bool dry_run() const { return device == nullptr; }
  // What is planned for in a dry run is an H100.
  cuda::DeviceInfo info() const;
};

// An image MLP on made-up data, so that no data set is needed.
std::unique_ptr<ImageMlp> MadeUpTask(int size, std::vector<int> hidden, v1::Activation activation,
                                     int batch);

// A network on made-up data: its config as a message's text.
struct MadeUpNetwork {
  v1::Task config;
  std::unique_ptr<NetworkTask> task;
};
MadeUpNetwork MakeUpNetwork(const char* text);

// One that diverges, and one of each family and other widths; if `quick`, of three families.
std::vector<NamedOptimizer> Optimizers(bool quick);
v1::LearnedOptimizer Adafac(uint32_t hidden);
v1::LearnedOptimizer MlpLopt(uint32_t hidden);

// Equal bits, but that one NaN is as good as another.
bool SameBits(std::span<const float> a, std::span<const float> b);

absl::Status CheckNoise(GpuCheck& check);
absl::Status CheckWindows(GpuCheck& check);
absl::Status CheckOptimizer(GpuCheck& check);
absl::Status CheckTorch(GpuCheck& check);
absl::Status MeasureThroughput(GpuCheck& check);
absl::Status MeasureTorch(GpuCheck& check);

// Fused multiply-adds of the device, in GFLOP/s.
absl::StatusOr<double> PeakGflops(const cuda::Device& device);

}  // namespace paceline
