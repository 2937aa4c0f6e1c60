#include "common/checkpoint/formats.h"

#include <filesystem>
#include <utility>

#include "common/base/file.h"
#include "common/checkpoint/pylo.h"
#include "common/checkpoint/theta_leaves.h"
#include "common/checkpoint/theta_state.h"
#include "common/config/optimizer.h"
#include "fmt/format.h"

namespace paceline {
namespace {

using GivenOptimizer = std::optional<v1::LearnedOptimizer>;

absl::Status At(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(), fmt::format("{}: {}", path, std::string(status.message())));
}

// A safetensors file begins with the length of its header, which is JSON; MessagePack's map with
// one of three bytes.
OptimizerFormat FormatOf(std::string_view bytes) {
  return bytes.size() > 8 && bytes[8] == '{' ? OptimizerFormat::kSafetensors
                                             : OptimizerFormat::kThetaState;
}

absl::StatusOr<TrainedOptimizer> FromValues(const ThetaLeaves& leaves,
                                            const v1::LearnedOptimizer& optimizer,
                                            std::string origin) {
  const ThetaLayout layout = LayoutOf(optimizer);
  auto theta = FromLeaves(leaves, layout);
  if (!theta.ok()) return theta.status();
  if (absl::Status status = CheckFinite(layout, *theta); !status.ok()) return status;
  return TrainedOptimizer{
      .optimizer = optimizer, .theta = *std::move(theta), .origin = std::move(origin)};
}

// Tensors whose file says no more than their names.
absl::StatusOr<TrainedOptimizer> FromBareTensors(const TensorFile& file,
                                                 const v1::LearnedOptimizer& optimizer) {
  std::string origin = "a safetensors file";
  if (const auto job = file.metadata.find("job"); job != file.metadata.end()) {
    origin += " of the job " + job->second.substr(0, 80);
  }
  auto trained = FromValues(file.tensors, optimizer, std::move(origin));
  if (!trained.ok()) return trained;
  absl::Status status = CheckThetaDigest(file.metadata, trained->theta);
  if (!status.ok()) return status;
  return trained;
}

absl::StatusOr<TrainedOptimizer> ImportSafetensors(std::string_view bytes,
                                                   const GivenOptimizer& optimizer) {
  const auto file = ParseSafetensors(bytes);
  if (!file.ok()) return file.status();
  const bool says = file->metadata.contains("constants");
  if (!says && optimizer) return FromBareTensors(*file, *optimizer);
  return ToTrainedOptimizer(*file);
}

absl::StatusOr<TrainedOptimizer> ImportThetaState(std::string_view bytes,
                                                  const GivenOptimizer& optimizer) {
  auto state = ParseThetaState(bytes);
  if (!state.ok()) return state.status();
  if (!optimizer) {
    return absl::InvalidArgumentError(
        "a theta.state holds values alone; say which optimizer's with --optimizer, as in "
        "--optimizer '{adafac_mlp: {hidden: 32}}'");
  }
  const ThetaLayout layout = LayoutOf(*optimizer);
  return FromValues(ToOurPaths(std::move(state->leaves), layout), *optimizer,
                    std::move(state->origin));
}

absl::StatusOr<TrainedOptimizer> ImportFile(const std::string& path,
                                            const std::optional<OptimizerFormat>& format,
                                            const GivenOptimizer& optimizer) {
  const auto bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  auto trained = format.value_or(FormatOf(*bytes)) == OptimizerFormat::kSafetensors
                     ? ImportSafetensors(*bytes, optimizer)
                     : ImportThetaState(*bytes, optimizer);
  if (trained.ok()) return trained;
  return At(path, trained.status());
}

absl::Status CheckGiven(const TrainedOptimizer& trained, const GivenOptimizer& given) {
  if (!given || OptimizerJson(*given) == OptimizerJson(trained.optimizer)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("it says itself that it is {}, not {}; leave out --optimizer",
                  OptimizerJson(trained.optimizer), OptimizerJson(*given)));
}

}  // namespace

absl::Status ExportOptimizer(const TrainedOptimizer& trained, OptimizerFormat format,
                             const std::string& path, const OutputRules& rules) {
  switch (format) {
    case OptimizerFormat::kThetaState:
      return WriteOutput(path, SerializeThetaState(LayoutOf(trained.optimizer), trained.theta),
                         rules);
    case OptimizerFormat::kPylo:
      return WritePyloFolder(trained, path, rules);
    case OptimizerFormat::kSafetensors:
      break;
  }
  return WriteOutput(path, SerializeTrainedOptimizer(trained), rules);
}

absl::StatusOr<TrainedOptimizer> ImportOptimizer(const std::string& path,
                                                 const std::optional<OptimizerFormat>& format,
                                                 const GivenOptimizer& optimizer) {
  std::error_code ignored;
  const bool pylo =
      format ? *format == OptimizerFormat::kPylo : std::filesystem::is_directory(path, ignored);
  auto trained = pylo ? ReadPyloFolder(path, optimizer) : ImportFile(path, format, optimizer);
  if (!trained.ok()) return trained;
  if (absl::Status status = CheckGiven(*trained, optimizer); !status.ok()) return At(path, status);
  return trained;
}

}  // namespace paceline
