// A trained optimizer as one safetensors file: the leaves of θ by name and, as metadata,
//   format         "paceline-theta-2"
//   optimizer      the architecture, as a config names it
//   constants      the optimizer's config as JSON, in the config's own words
//   digest         of θ: what `paceline hash` prints
//   build          the program that wrote it
// and, of one that a job trained,
//   job, step      the job's name, and the outer steps done
//   config         the job's config as YAML, which `paceline submit` takes
//   config_digest  SHA-256 of that text
// and, of one that was imported, `origin`: where its values came from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/safetensors/safetensors.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

struct Training {
  std::string job;
  int64_t step = 0;  // outer steps done
  v1::JobConfig config;
};

struct TrainedOptimizer {
  v1::LearnedOptimizer optimizer;  // valid
  std::vector<float> theta;  // [P], in the order of LayoutOf(optimizer); finite if it was read
  std::optional<Training> training = std::nullopt;
  std::string origin = {};
};

std::string SerializeTrainedOptimizer(const TrainedOptimizer& trained);

// InvalidArgument says what is missing or does not fit, and what was expected; DataLoss: a digest
// is not that of the values.
absl::StatusOr<TrainedOptimizer> ToTrainedOptimizer(const TensorFile& file);
absl::StatusOr<TrainedOptimizer> ParseTrainedOptimizer(std::string_view bytes);
// Adds the path to the error's text; otherwise also as ReadFile.
absl::StatusOr<TrainedOptimizer> ReadTrainedOptimizer(const std::string& path);

// A θ digest in `metadata`, if there is one, must be that of `theta`. DataLoss.
absl::Status CheckThetaDigest(const std::map<std::string, std::string>& metadata,
                              std::span<const float> theta);
// What the metadata above says of the training; nothing if it does not speak of one.
absl::StatusOr<std::optional<Training>> ReadTraining(
    const std::map<std::string, std::string>& metadata);
// All of the metadata above.
std::map<std::string, std::string> MetadataOf(const TrainedOptimizer& trained);

}  // namespace paceline
