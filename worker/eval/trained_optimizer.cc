#include "worker/eval/trained_optimizer.h"

#include <algorithm>
#include <charconv>

#include "common/base/digest.h"
#include "common/config/config.h"
#include "common/lopt/layout.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "google/protobuf/util/json_util.h"

namespace paceline {
namespace {

absl::StatusOr<std::string> Metadata(const TensorFile& file, const std::string& key) {
  const auto found = file.metadata.find(key);
  if (found != file.metadata.end()) return found->second;
  return absl::InvalidArgumentError(fmt::format(
      "its metadata has no \"{}\"; a file that `paceline export` writes is needed", key));
}

absl::StatusOr<v1::JobConfig> ReadConfig(const TensorFile& file) {
  const absl::StatusOr<std::string> json = Metadata(file, "config");
  if (!json.ok()) return json.status();
  v1::JobConfig config;
  const auto parsed = google::protobuf::util::JsonStringToMessage(*json, &config);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("the config in its metadata cannot be read: {}", parsed.ToString()));
  }
  const std::vector<std::string> faults = CheckConfig(config);
  if (faults.empty()) return config;
  return absl::InvalidArgumentError(
      fmt::format("the config in its metadata is not valid: {}", fmt::join(faults, "; ")));
}

absl::Status FillLeaf(const TensorFile& file, const ThetaLeaf& leaf, std::vector<float>& theta) {
  const auto found = file.tensors.find(leaf.path);
  if (found == file.tensors.end()) {
    return absl::InvalidArgumentError(fmt::format("it has no tensor \"{}\"", leaf.path));
  }
  const Tensor& tensor = found->second;
  if (tensor.dtype != DType::kF32 || tensor.shape != leaf.shape) {
    return absl::InvalidArgumentError(fmt::format("its tensor \"{}\" is not float32 of shape [{}]",
                                                  leaf.path, fmt::join(leaf.shape, ", ")));
  }
  std::copy_n(tensor.f32().begin(), leaf.size, theta.begin() + static_cast<long>(leaf.offset));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<float>> ReadTheta(const TensorFile& file, const v1::JobConfig& config) {
  const ThetaLayout layout = LayoutOf(config.optimizer());
  std::vector<float> theta(layout.size);
  for (const ThetaLeaf& leaf : layout.leaves) {
    if (absl::Status filled = FillLeaf(file, leaf, theta); !filled.ok()) return filled;
  }
  const absl::StatusOr<std::string> digest = Metadata(file, "digest");
  if (!digest.ok()) return digest.status();
  if (*digest != ThetaDigest(theta)) {
    return absl::DataLossError(fmt::format("its values have the digest {}, its metadata says {}",
                                           ThetaDigest(theta), *digest));
  }
  return theta;
}

absl::StatusOr<int64_t> ReadStep(const TensorFile& file) {
  const absl::StatusOr<std::string> text = Metadata(file, "step");
  if (!text.ok()) return text.status();
  int64_t step = -1;
  std::from_chars(text->data(), text->data() + text->size(), step);
  if (step >= 0) return step;
  return absl::InvalidArgumentError(
      fmt::format("the step in its metadata is \"{}\", not a number of outer steps", *text));
}

}  // namespace

absl::StatusOr<TrainedOptimizer> ToTrainedOptimizer(const TensorFile& file) {
  auto job = Metadata(file, "job");
  if (!job.ok()) return job.status();
  const auto step = ReadStep(file);
  if (!step.ok()) return step.status();
  auto config = ReadConfig(file);
  if (!config.ok()) return config.status();
  auto theta = ReadTheta(file, *config);
  if (!theta.ok()) return theta.status();
  return TrainedOptimizer{.job = *std::move(job),
                          .step = *step,
                          .config = *std::move(config),
                          .theta = *std::move(theta)};
}

absl::StatusOr<TrainedOptimizer> ReadTrainedOptimizer(const std::string& path) {
  const absl::StatusOr<TensorFile> file = ReadSafetensors(path);
  if (!file.ok()) return file.status();
  absl::StatusOr<TrainedOptimizer> trained = ToTrainedOptimizer(*file);
  if (trained.ok()) return trained;
  return absl::Status(trained.status().code(),
                      fmt::format("{}: {}", path, std::string(trained.status().message())));
}

}  // namespace paceline
