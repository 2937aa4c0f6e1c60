#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>

#include "CLI/CLI.hpp"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/commands/export.h"
#include "coordinator/cli/local/become.h"
#include "fmt/format.h"

namespace paceline {
namespace {

using Arguments = std::vector<std::string>;

bool IsFile(const std::string& target) {
  std::error_code ignored;
  return target.ends_with(".safetensors") || std::filesystem::is_regular_file(target, ignored);
}

bool AsksForHelp(const Arguments& arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [](const std::string& argument) {
    return argument == "--help" || argument == "-h";
  });
}

// Exports the job into the evaluation's folder, where it stays beside the results.
absl::StatusOr<std::string> ExportForEval(const Context& context, const std::string& job,
                                          const std::string& folder) {
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  if (const auto detail = (*client)->Show(job); !detail.ok()) return detail.status();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::PermissionDeniedError(
        fmt::format("cannot make the folder {}: {}", folder, error.message()));
  }
  const std::string path = fmt::format("{}/{}.safetensors", folder, job);
  const auto theta = ExportTheta(**client, job, std::nullopt, path);
  if (!theta.ok()) return theta.status();
  return path;
}

// `arguments` are the target and the options that are not this command's own.
absl::StatusOr<ExitStatus> Eval(const Context& context, Arguments arguments, std::string output) {
  const std::string program = context.environment.program_folder + "/paceline-eval";
  if (AsksForHelp(arguments)) return Become(program, {"--help"});
  if (arguments.empty() || arguments[0].starts_with("-")) {
    return absl::InvalidArgumentError("say first what to evaluate: paceline eval TARGET [OPTIONS]");
  }
  if (!IsFile(arguments[0])) {
    if (output.empty()) output = "eval-" + arguments[0];
    auto path = ExportForEval(context, arguments[0], output);
    if (!path.ok()) return path.status();
    arguments[0] = *std::move(path);
  }
  if (!output.empty()) arguments.insert(arguments.end(), {"--output", output});
  context.out().flush();
  return Become(program, arguments);
}

}  // namespace

void AddEval(CLI::App& app, Context& context) {
  auto output = std::make_shared<std::string>();
  // The command is known only after its callback.
  auto command = std::make_shared<CLI::App*>(nullptr);
  *command = AddCommand(
      app, context, "eval",
      "Compare a learned optimizer (a job, or an exported file) with tuned SGD, momentum and Adam; "
      "the program paceline-eval beside this one does the work",
      [&context, output, command] { return Eval(context, (*command)->remaining(), *output); });
  (*command)->allow_extras();
  // Help is that of paceline-eval.
  (*command)->set_help_flag();
  (*command)->add_option("--output,-o", *output);
  AddConnectionFlags(**command, context);
}

}  // namespace paceline
