#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>

#include "common/base/file.h"
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

struct EvalOptions {
  std::string output;
  bool force = false;
};

// Exports the job into the evaluation's folder, where it stays beside the results. A folder that
// the user did not name is ours.
absl::StatusOr<std::string> ExportForEval(const Context& context, const std::string& job,
                                          const EvalOptions& options) {
  const std::string folder = options.output.empty() ? "eval-" + job : options.output;
  const auto client = JobClient::Open(context.connection);
  if (!client.ok()) return client.status();
  if (const auto detail = (*client)->Show(job); !detail.ok()) return detail.status();
  if (absl::Status made = MakeFolder(folder); !made.ok()) return made;
  const std::string path = fmt::format("{}/{}.safetensors", folder, job);
  const OutputRules rules{.force = options.force || options.output.empty()};
  const auto theta = ExportTheta(**client, job, std::nullopt, path, rules);
  if (!theta.ok()) return theta.status();
  return path;
}

// `arguments` are the target and the options that are not this command's own.
absl::StatusOr<ExitStatus> Eval(const Context& context, Arguments arguments,
                                const EvalOptions& options) {
  const std::string program = context.environment.program_folder + "/paceline-eval";
  if (AsksForHelp(arguments)) return Become(program, {"--help"});
  if (arguments.empty() || arguments[0].starts_with("-")) {
    return absl::InvalidArgumentError("say first what to evaluate: paceline eval TARGET [OPTIONS]");
  }
  if (!IsFile(arguments[0])) {
    auto path = ExportForEval(context, arguments[0], options);
    if (!path.ok()) return path.status();
    arguments[0] = *std::move(path);
  }
  if (!options.output.empty()) arguments.insert(arguments.end(), {"--output", options.output});
  if (options.force) arguments.push_back("--force");
  context.out().flush();
  return Become(program, arguments);
}

}  // namespace

void AddEval(Command& app, Context& context) {
  auto options = std::make_shared<EvalOptions>();
  // The command is known only after its callback.
  auto command = std::make_shared<Command*>(nullptr);
  *command = &AddCommand(
      app, context, "eval",
      "Compare a learned optimizer (a job, or an exported file) with tuned hand-designed ones; "
      "the program paceline-eval beside this one does the work",
      [&context, options, command] { return Eval(context, (*command)->remaining(), *options); });
  (*command)->PassOn();
  (*command)->AddOption("--output,-o", options->output);
  AddForceFlag(**command, options->force);
  AddConnectionFlags(**command, context);
}

}  // namespace paceline
