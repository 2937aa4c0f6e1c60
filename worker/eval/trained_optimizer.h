// A learned optimizer as `paceline export` writes it: the leaves of θ by name, and as metadata
// "job", "step", "optimizer", "digest" and "config", the job's config as protobuf's JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/safetensors/safetensors.h"
#include "paceline/v1/config.pb.h"

namespace paceline {

struct TrainedOptimizer {
  std::string job;
  int64_t step = 0;
  v1::JobConfig config;
  std::vector<float> theta;  // [P], in the order of LayoutOf(config.optimizer())
};

// InvalidArgument names what is missing or does not fit; DataLoss if θ does not have the digest
// that the file gives.
absl::StatusOr<TrainedOptimizer> ToTrainedOptimizer(const TensorFile& file);
// Adds the path to the error's text; otherwise also as ReadSafetensors.
absl::StatusOr<TrainedOptimizer> ReadTrainedOptimizer(const std::string& path);

}  // namespace paceline
