#include "coordinator/cli/commands/context.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <system_error>
#include <utility>

#include "common/base/standard_output.h"
#include "common/program/command_line.h"
#include "common/rpc/flags.h"
#include "common/trace/current.h"
#include "coordinator/cli/commands/commands.h"

namespace paceline {
namespace {

constexpr char kDescription[] =
    "Meta-trains learned optimizers on a cluster.\n\n"
    "Start with:  paceline local configs/quickstart.yaml --workers 2";

std::string OwnFolder() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "." : path.parent_path().string();
}

// What the commands' calls are a part of (docs/logs-and-traces.md).
void TakeTrace(const Environment& environment) {
  const char* variable = std::getenv("TRACEPARENT");
  if (variable == nullptr || *variable == '\0') return;
  const auto trace = ParseTraceparent(variable);
  if (trace.ok()) return SetProgramTrace(*trace);
  environment.err << "paceline: $TRACEPARENT is not used: " << trace.status().message() << "\n";
}

}  // namespace

Environment ProcessEnvironment() {
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  const bool dumb = kind == nullptr || std::string_view(kind) == "dumb";
  return {.out = std::cout,
          .err = std::cerr,
          .terminal = terminal && !dumb,
          .colour = terminal && !dumb && (no_colour == nullptr || *no_colour == '\0'),
          .program_folder = OwnFolder()};
}

Command& AddCommand(Command& app, Context& context, const std::string& name,
                    const std::string& description,
                    std::function<absl::StatusOr<ExitStatus>()> run) {
  Command& command = app.AddCommand(name, description, [&context, run = std::move(run)] {
    const absl::StatusOr<ExitStatus> result = run();
    context.exit_status = result.ok() ? *result : ExitStatusOf(result.status());
    context.environment.out.flush();
    if (!result.ok()) context.environment.err << "paceline: " << result.status().message() << "\n";
  });
  command.Footer(kExitStatusHelp);
  return command;
}

void AddConnectionFlags(Command& command, Context& context) {
  // Of this command's own: the environment is read for commands that were not given as well.
  auto connection = std::make_shared<Connection>();
  AddCoordinatorFlag(command, connection->coordinator);
  AddTlsFlags(command, connection->tls);
  AddTokenFlag(command, connection->tls);
  command.AfterParsing([&context, connection] { context.connection = *connection; });
}

void AddForceFlag(Command& command, bool& force) {
  command.AddFlag("--force", force, "Replace a file that is there");
}

void AddJsonFlag(Command& command, Context& context) {
  command.AddFlag("--json", context.json, "Print JSON and nothing else");
}

int RunPaceline(const std::vector<std::string>& arguments, const Environment& environment) {
  TakeTrace(environment);
  Context context(environment);
  Command app(kDescription, "paceline");
  app.RequireCommand();
  app.Footer(kExitStatusHelp);
  AddVersionFlag(app);
  AddCommands(app, context);
  const auto ended = ParseCommandLine(app, arguments, environment.out, environment.err);
  return CloseStandardOutput("paceline", ended.value_or(context.exit_status), environment.out,
                             environment.err);
}

}  // namespace paceline
