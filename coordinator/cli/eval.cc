#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

#include "CLI/CLI.hpp"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/context.h"
#include "coordinator/cli/export.h"
#include "fmt/format.h"
#include "worker/eval/flags.h"

namespace paceline {
namespace {

bool IsFile(const std::string& target) {
  std::error_code ignored;
  return target.ends_with(".safetensors") || std::filesystem::is_regular_file(target, ignored);
}

// Exports the job into the evaluation's folder, where it stays beside the results.
absl::StatusOr<std::string> ExportForEval(const Context& context, const EvalFlags& flags) {
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  const std::string folder = OutputFolder(flags);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::PermissionDeniedError(
        fmt::format("cannot make the folder {}: {}", folder, error.message()));
  }
  const std::string path = fmt::format("{}/{}.safetensors", folder, flags.target);
  const auto theta = ExportTheta(**client, flags.target, std::nullopt, path);
  if (!theta.ok()) return theta.status();
  return path;
}

// Becomes paceline-eval; returns only if that fails.
absl::Status Become(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<char*> pointers = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments)
    pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  execv(program.c_str(), pointers.data());
  return absl::ErrnoToStatus(errno, fmt::format("cannot run {}", program));
}

absl::StatusOr<ExitStatus> Eval(const Context& context, EvalFlags flags) {
  flags.output = OutputFolder(flags);
  if (!IsFile(flags.target)) {
    auto path = ExportForEval(context, flags);
    if (!path.ok()) return path.status();
    flags.target = *std::move(path);
  }
  context.out().flush();
  return Become(context.environment.program_folder + "/paceline-eval", ToArguments(flags));
}

}  // namespace

void AddEval(CLI::App& app, Context& context) {
  auto flags = std::make_shared<EvalFlags>();
  CLI::App* command = AddCommand(
      app, context, "eval",
      "Compare a learned optimizer with tuned SGD, momentum and Adam; the work is done by "
      "the program paceline-eval beside this one",
      [&context, flags] { return Eval(context, *flags); });
  command->add_option("TARGET", flags->target, "A job's name, or an exported safetensors file")
      ->required();
  AddEvalFlags(*command, *flags);
  AddConnectionFlags(*command, context);
}

}  // namespace paceline
