// Inner steps a second of the engine alone: blocks of antithetic runs on threads, as a worker
// computes them, under one θ.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nlohmann/json_fwd.hpp"
#include "worker/bench/cases.h"
#include "worker/cuda/device.h"

namespace paceline {

struct EngineBenchOptions {
  std::string device_name = "cpu";
  std::shared_ptr<const cuda::Device> device = nullptr;  // null: the processor
  int threads = 1;
  double seconds = 4;  // per case, once every run has begun
  // Per measurement of the machine itself.
  double limit_seconds() const { return std::min(0.1 * seconds, 0.5); }
  std::string data_dir = "/usr/share/datasets";
  uint64_t memory = 0;  // bytes; 0: no limit
};

// Best figures of this run so far.
struct MachineLimits {
  double peak_gflops = 0;
  double bandwidth_gbs = 0;
};

// Null for "cpu". InvalidArgument if the word names none; errors of Device::Open.
absl::StatusOr<std::shared_ptr<const cuda::Device>> OpenBenchDevice(const std::string& name);
// What is free on the device, or for null on this machine; 0: unknown.
uint64_t FreeMemory(const cuda::Device* device);

// ResourceExhausted if the case's runs would not fit in options.memory.
absl::Status CheckBenchMemory(const BenchCase& bench, const EngineBenchOptions& options);

// A row of section "engine". The processor's peak is measured just before and just after, for what
// else runs on the machine slows both down alike; the better one counts, and the best of all cases
// is kept in `limits`. Errors of CheckBenchMemory and the engine.
absl::StatusOr<nlohmann::ordered_json> RunEngineCase(const BenchCase& bench,
                                                     const EngineBenchOptions& options,
                                                     MachineLimits& limits);

}  // namespace paceline
