#include "common/checkpoint/trained_optimizer.h"

#include <charconv>
#include <utility>

#include "common/base/digest.h"
#include "common/checkpoint/theta_leaves.h"
#include "common/config/config.h"
#include "common/config/optimizer.h"
#include "fmt/format.h"

namespace paceline {
namespace {

using Metadata = std::map<std::string, std::string>;

constexpr char kFormat[] = "paceline-theta-2";
constexpr char kBuild[] = "paceline " PACELINE_VERSION ", compiler " __VERSION__;

absl::Status Invalid(const std::string& text) { return absl::InvalidArgumentError(text); }

absl::StatusOr<std::string> Get(const Metadata& metadata, const std::string& key) {
  const auto found = metadata.find(key);
  if (found != metadata.end()) return found->second;
  return Invalid(fmt::format(
      "its metadata has no \"{}\"; a file that `paceline export` writes is expected", key));
}

absl::Status CheckFormat(const Metadata& metadata) {
  const auto format = Get(metadata, "format");
  if (!format.ok()) return format.status();
  if (*format == kFormat) return absl::OkStatus();
  const std::string quoted = format->substr(0, 40);
  if (*format == "paceline-theta-1") {
    return Invalid(fmt::format(
        "its format is \"{}\", of an older paceline, which did not write the optimizer's "
        "constants; export the job again, or say them: paceline import FILE --optimizer CONFIG",
        quoted));
  }
  return Invalid(fmt::format("its format is \"{}\"; \"{}\" is expected", quoted, kFormat));
}

absl::StatusOr<v1::LearnedOptimizer> ReadConstants(const Metadata& metadata) {
  const auto name = Get(metadata, "optimizer");
  if (!name.ok()) return name.status();
  const auto text = Get(metadata, "constants");
  if (!text.ok()) return text.status();
  auto optimizer = ParseOptimizer(*text, "the constants in its metadata");
  if (!optimizer.ok()) return optimizer.status();
  const std::string own = LayoutOf(*optimizer).optimizer;
  if (own == *name) return optimizer;
  return Invalid(fmt::format("its metadata has the constants of {}, but names the optimizer \"{}\"",
                             own, name->substr(0, 40)));
}

absl::StatusOr<int64_t> ReadStep(const Metadata& metadata) {
  const auto text = Get(metadata, "step");
  if (!text.ok()) return text.status();
  int64_t step = -1;
  const char* end = text->data() + text->size();
  const auto [stopped, error] = std::from_chars(text->data(), end, step);
  if (step >= 0 && error == std::errc() && stopped == end) return step;
  return Invalid(fmt::format("the step in its metadata is \"{}\", not a number of outer steps",
                             text->substr(0, 40)));
}

absl::StatusOr<v1::JobConfig> ReadConfig(const Metadata& metadata) {
  const auto text = Get(metadata, "config");
  if (!text.ok()) return text.status();
  const auto digest = Get(metadata, "config_digest");
  if (!digest.ok()) return digest.status();
  if (Sha256Hex(*text) != *digest) {
    return absl::DataLossError(
        fmt::format("its training config has the digest {}, its metadata "
                    "says {}",
                    Sha256Hex(*text), digest->substr(0, 80)));
  }
  ParsedConfig parsed = ParseConfig(*text, "the training config in its metadata");
  if (parsed.faults.empty()) return std::move(parsed.config);
  return Invalid(parsed.faults.front().ToString());
}

absl::Status CheckSameOptimizer(const Training& training, const v1::LearnedOptimizer& optimizer) {
  const std::string trained = OptimizerJson(training.config.optimizer());
  if (trained == OptimizerJson(optimizer)) return absl::OkStatus();
  return Invalid(fmt::format("its constants are {}, but its training config has {}",
                             OptimizerJson(optimizer), trained));
}

}  // namespace

absl::Status CheckThetaDigest(const Metadata& metadata, std::span<const float> theta) {
  const auto digest = metadata.find("digest");
  if (digest == metadata.end() || digest->second == ThetaDigest(theta)) return absl::OkStatus();
  return absl::DataLossError(fmt::format("its values have the digest {}, its metadata says {}",
                                         ThetaDigest(theta), digest->second.substr(0, 80)));
}

absl::StatusOr<std::optional<Training>> ReadTraining(const Metadata& metadata) {
  if (!metadata.contains("job")) return std::nullopt;
  const auto step = ReadStep(metadata);
  if (!step.ok()) return step.status();
  auto config = ReadConfig(metadata);
  if (!config.ok()) return config.status();
  return Training{.job = metadata.at("job"), .step = *step, .config = *std::move(config)};
}

Metadata MetadataOf(const TrainedOptimizer& trained) {
  Metadata metadata = {{"format", kFormat},
                       {"optimizer", LayoutOf(trained.optimizer).optimizer},
                       {"constants", OptimizerJson(trained.optimizer)},
                       {"digest", ThetaDigest(trained.theta)},
                       {"build", kBuild}};
  if (!trained.origin.empty()) metadata["origin"] = trained.origin;
  if (trained.training) {
    const std::string config = PrintConfig(trained.training->config);
    metadata["job"] = trained.training->job;
    metadata["step"] = std::to_string(trained.training->step);
    metadata["config"] = config;
    metadata["config_digest"] = Sha256Hex(config);
  }
  return metadata;
}

std::string SerializeTrainedOptimizer(const TrainedOptimizer& trained) {
  return SerializeSafetensors({.tensors = ToLeaves(LayoutOf(trained.optimizer), trained.theta),
                               .metadata = MetadataOf(trained)});
}

absl::StatusOr<TrainedOptimizer> ToTrainedOptimizer(const TensorFile& file) {
  if (absl::Status status = CheckFormat(file.metadata); !status.ok()) return status;
  auto optimizer = ReadConstants(file.metadata);
  if (!optimizer.ok()) return optimizer.status();
  const ThetaLayout layout = LayoutOf(*optimizer);
  auto theta = FromLeaves(file.tensors, layout);
  if (!theta.ok()) return theta.status();
  if (const auto digest = Get(file.metadata, "digest"); !digest.ok()) return digest.status();
  if (absl::Status status = CheckThetaDigest(file.metadata, *theta); !status.ok()) return status;
  if (absl::Status status = CheckFinite(layout, *theta); !status.ok()) return status;
  auto training = ReadTraining(file.metadata);
  if (!training.ok()) return training.status();
  if (*training) {
    absl::Status status = CheckSameOptimizer(**training, *optimizer);
    if (!status.ok()) return status;
  }
  const auto origin = file.metadata.find("origin");
  return TrainedOptimizer{.optimizer = *std::move(optimizer),
                          .theta = *std::move(theta),
                          .training = *std::move(training),
                          .origin = origin == file.metadata.end() ? "" : origin->second};
}

absl::StatusOr<TrainedOptimizer> ParseTrainedOptimizer(std::string_view bytes) {
  const absl::StatusOr<TensorFile> file = ParseSafetensors(bytes);
  if (!file.ok()) return file.status();
  return ToTrainedOptimizer(*file);
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
