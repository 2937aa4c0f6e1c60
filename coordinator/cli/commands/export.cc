#include "coordinator/cli/commands/export.h"

#include <filesystem>
#include <memory>

#include "common/base/digest.h"
#include "common/safetensors/safetensors.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/commands/optimizer_format.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

struct ExportOptions {
  std::string target;
  std::optional<int64_t> step;
  bool best = false;
  std::string format = "safetensors";
  std::string output;
  bool force = false;
};

struct Destination {
  OptimizerFormat format;
  std::string path;
  OutputRules rules;
};

std::string OutputOf(const ExportOptions& options, OptimizerFormat format) {
  if (!options.output.empty()) return options.output;
  std::string name = options.target;
  if (IsPath(name)) name = std::filesystem::path(name).stem().string();
  if (options.step) name += fmt::format("-step{}", *options.step);
  if (options.best) name += "-best";
  return DefaultPath(name, format);
}

absl::StatusOr<ExitStatus> ExportFile(const Context& context, const ExportOptions& options,
                                      const Destination& to) {
  if (options.step || options.best) {
    return absl::InvalidArgumentError(fmt::format(
        "--{} goes with a job's name; a file holds one step", options.step ? "step" : "best"));
  }
  const auto trained = ReadTrainedOptimizer(options.target);
  if (!trained.ok()) return trained.status();
  absl::Status written = ExportOptimizer(*trained, to.format, to.path, to.rules);
  if (!written.ok()) return written;
  const std::string digest = ThetaDigest(trained->theta);
  Answer(context, {{"file", options.target}, {"digest", digest}, {"written", to.path}},
         fmt::format("{}, digest {}, written to {}\n", options.target, digest, to.path));
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

// Of the θ that did best on held-out tasks.
absl::StatusOr<int64_t> BestStep(JobClient& client, const std::string& job) {
  const auto detail = client.Show(job);
  if (!detail.ok()) return detail.status();
  if (detail->summary().has_best_held_out()) return detail->summary().best_held_out().step();
  return absl::FailedPreconditionError(
      fmt::format("no θ of job {} has been measured{}; leave --best out for the newest", job,
                  detail->config().has_evaluate() ? " yet" : ": its config has no evaluate"));
}

// Written as the coordinator sent it, or in another format.
absl::Status WriteTheta(const v1::GetThetaReply& theta, const Destination& to) {
  if (to.format == OptimizerFormat::kSafetensors) {
    return WriteOutput(to.path, theta.safetensors(), to.rules);
  }
  const auto trained = ParseTrainedOptimizer(theta.safetensors());
  if (!trained.ok()) return trained.status();
  return ExportOptimizer(*trained, to.format, to.path, to.rules);
}

absl::StatusOr<ExitStatus> ExportJob(const Context& context, const ExportOptions& options,
                                     const Destination& to) {
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  std::optional<int64_t> step = options.step;
  if (options.best) {
    const auto best = BestStep(**client, options.target);
    if (!best.ok()) return best.status();
    step = *best;
  }
  const auto theta = FetchTheta(**client, options.target, step);
  if (!theta.ok()) return theta.status();
  if (absl::Status written = WriteTheta(*theta, to); !written.ok()) return written;
  Answer(context,
         {{"job", options.target},
          {"step", theta->step()},
          {"digest", theta->digest()},
          {"written", to.path}},
         fmt::format("{} after {} outer steps, digest {}, written to {}\n", options.target,
                     theta->step(), theta->digest(), to.path));
  return kExitOk;
}

absl::StatusOr<ExitStatus> Export(const Context& context, const ExportOptions& options) {
  if (options.step && options.best) {
    return absl::InvalidArgumentError("--step and --best ask for two; give one of them");
  }
  const auto format = OptimizerFormatNamed(options.format);
  if (!format.ok()) return format.status();
  const bool file = IsPath(options.target);
  Destination to{.format = *format,
                 .path = OutputOf(options, *format),
                 .rules = {.force = options.force, .inputs = {}}};
  if (file) to.rules.inputs = {options.target};
  if (*format != OptimizerFormat::kPylo) {
    if (absl::Status may = CheckOutput(to.path, to.rules); !may.ok()) return may;
  }
  return file ? ExportFile(context, options, to) : ExportJob(context, options, to);
}

}  // namespace

absl::StatusOr<v1::GetThetaReply> ExportTheta(JobClient& client, const std::string& job,
                                              std::optional<int64_t> step, const std::string& path,
                                              const OutputRules& rules) {
  absl::StatusOr<v1::GetThetaReply> theta = FetchTheta(client, job, step);
  if (!theta.ok()) return theta.status();
  if (absl::Status written = WriteOutput(path, theta->safetensors(), rules); !written.ok()) {
    return written;
  }
  return theta;
}

void AddExport(Command& app, Context& context) {
  auto options = std::make_shared<ExportOptions>();
  Command& command =
      AddCommand(app, context, "export",
                 "Write a trained optimizer to a file, for this or for other libraries",
                 [&context, options] { return Export(context, *options); });
  command
      .AddOption("TARGET", options->target, "A job's name, or a file that export or import wrote")
      .Required();
  command.AddOption("--step", options->step, "After this many outer steps (default: the newest)")
      .TypeName("N");
  command.AddFlag("--best", options->best,
                  "After the outer step that did best on the tasks of the config's evaluate");
  command
      .AddOption("--format", options->format,
                 "safetensors; theta-state, for google/learned_optimization; or pylo, a folder")
      .ShowDefault();
  command
      .AddOption("--out,--output,-o", options->output,
                 "Default: TARGET.safetensors, TARGET.theta.state or TARGET-pylo, here")
      .TypeName("PATH");
  AddForceFlag(command, options->force);
  AddConnectionFlags(command, context);
  AddJsonFlag(command, context);
}

}  // namespace paceline
