#include "coordinator/cli/export.h"

#include <memory>

#include "CLI/CLI.hpp"
#include "common/base/file.h"
#include "common/safetensors/safetensors.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/context.h"
#include "fmt/format.h"

namespace paceline {
namespace {

struct ExportOptions {
  std::string job;
  std::optional<int64_t> step;
  std::string output;
};

std::string DefaultOutput(const ExportOptions& options) {
  if (!options.step) return options.job + ".safetensors";
  return fmt::format("{}-step{}.safetensors", options.job, *options.step);
}

absl::StatusOr<ExitStatus> Export(const Context& context, const ExportOptions& options) {
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  const std::string path = options.output.empty() ? DefaultOutput(options) : options.output;
  const auto theta = ExportTheta(**client, options.job, options.step, path);
  if (!theta.ok()) return theta.status();
  context.out() << fmt::format("{} after {} outer steps, digest {}, written to {}\n", options.job,
                               theta->step(), theta->digest(), path);
  return kExitOk;
}

}  // namespace

absl::StatusOr<v1::GetThetaReply> ExportTheta(JobClient& client, const std::string& job,
                                              std::optional<int64_t> step,
                                              const std::string& path) {
  absl::StatusOr<v1::GetThetaReply> theta = client.GetTheta(job, step);
  if (!theta.ok()) return theta.status();
  if (const auto parsed = ParseSafetensors(theta->safetensors()); !parsed.ok()) {
    return absl::DataLossError(fmt::format("the coordinator sent a damaged theta of {}: {}", job,
                                           std::string(parsed.status().message())));
  }
  if (absl::Status written = WriteFileAtomically(path, theta->safetensors()); !written.ok()) {
    return written;
  }
  return theta;
}

void AddExport(CLI::App& app, Context& context) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command =
      AddCommand(app, context, "export", "Write a job's learned optimizer to a safetensors file",
                 [&context, options] { return Export(context, *options); });
  command->add_option("JOB", options->job, "The job's name")->required();
  command->add_option("--step", options->step, "After this many outer steps (default: the newest)")
      ->type_name("N");
  command->add_option("--output,-o", options->output, "Default: JOB.safetensors")
      ->type_name("FILE");
  AddConnectionFlags(*command, context);
}

}  // namespace paceline
