#include "coordinator/cli/commands/export.h"

#include <filesystem>
#include <memory>

#include "CLI/CLI.hpp"
#include "common/base/digest.h"
#include "common/base/file.h"
#include "common/safetensors/safetensors.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/commands/optimizer_format.h"
#include "fmt/format.h"

namespace paceline {
namespace {

struct ExportOptions {
  std::string target;
  std::optional<int64_t> step;
  std::string format = "safetensors";
  std::string output;
};

std::string OutputOf(const ExportOptions& options, OptimizerFormat format) {
  if (!options.output.empty()) return options.output;
  std::string name = options.target;
  if (IsPath(name)) name = std::filesystem::path(name).stem().string();
  if (options.step) name += fmt::format("-step{}", *options.step);
  return DefaultPath(name, format);
}

absl::StatusOr<ExitStatus> ExportFile(const Context& context, const ExportOptions& options,
                                      OptimizerFormat format, const std::string& path) {
  if (options.step) {
    return absl::InvalidArgumentError("--step goes with a job's name; a file holds one step");
  }
  const auto trained = ReadTrainedOptimizer(options.target);
  if (!trained.ok()) return trained.status();
  absl::Status written = ExportOptimizer(*trained, format, path);
  if (!written.ok()) return written;
  context.out() << fmt::format("{}, digest {}, written to {}\n", options.target,
                               ThetaDigest(trained->theta), path);
  return kExitOk;
}

// DataLoss if what arrived is not a safetensors file.
absl::StatusOr<v1::GetThetaReply> FetchTheta(JobClient& client, const std::string& job,
                                             std::optional<int64_t> step) {
  absl::StatusOr<v1::GetThetaReply> theta = client.GetTheta(job, step);
  if (!theta.ok()) return theta.status();
  if (const auto parsed = ParseSafetensors(theta->safetensors()); !parsed.ok()) {
    return absl::DataLossError(fmt::format("the coordinator sent a damaged theta of {}: {}", job,
                                           std::string(parsed.status().message())));
  }
  return theta;
}

// Written as the coordinator sent it, or in another format.
absl::Status WriteTheta(const v1::GetThetaReply& theta, OptimizerFormat format,
                        const std::string& path) {
  if (format == OptimizerFormat::kSafetensors) {
    return WriteFileAtomically(path, theta.safetensors());
  }
  const auto trained = ParseTrainedOptimizer(theta.safetensors());
  if (!trained.ok()) return trained.status();
  return ExportOptimizer(*trained, format, path);
}

absl::StatusOr<ExitStatus> Export(const Context& context, const ExportOptions& options) {
  const auto format = OptimizerFormatNamed(options.format);
  if (!format.ok()) return format.status();
  const std::string path = OutputOf(options, *format);
  if (IsPath(options.target)) return ExportFile(context, options, *format, path);
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  const auto theta = FetchTheta(**client, options.target, options.step);
  if (!theta.ok()) return theta.status();
  if (absl::Status written = WriteTheta(*theta, *format, path); !written.ok()) return written;
  context.out() << fmt::format("{} after {} outer steps, digest {}, written to {}\n",
                               options.target, theta->step(), theta->digest(), path);
  return kExitOk;
}

}  // namespace

absl::StatusOr<v1::GetThetaReply> ExportTheta(JobClient& client, const std::string& job,
                                              std::optional<int64_t> step,
                                              const std::string& path) {
  absl::StatusOr<v1::GetThetaReply> theta = FetchTheta(client, job, step);
  if (!theta.ok()) return theta.status();
  if (absl::Status written = WriteFileAtomically(path, theta->safetensors()); !written.ok()) {
    return written;
  }
  return theta;
}

void AddExport(CLI::App& app, Context& context) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command =
      AddCommand(app, context, "export",
                 "Write a trained optimizer to a file, for this or for other libraries",
                 [&context, options] { return Export(context, *options); });
  command
      ->add_option("TARGET", options->target, "A job's name, or a file that export or import wrote")
      ->required();
  command->add_option("--step", options->step, "After this many outer steps (default: the newest)")
      ->type_name("N");
  command
      ->add_option("--format", options->format,
                   "safetensors; theta-state, for google/learned_optimization; or pylo, a folder")
      ->capture_default_str();
  command->add_option("--out,--output,-o", options->output, "Default: TARGET.safetensors")
      ->type_name("PATH");
  AddConnectionFlags(*command, context);
}

}  // namespace paceline
