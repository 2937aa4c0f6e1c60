// What all commands have in common.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/command/command.h"
#include "coordinator/cli/client/client.h"
#include "coordinator/cli/commands/exit_status.h"

namespace paceline {

// Where the program runs.
struct Environment {
  std::ostream& out;
  std::ostream& err;
  bool terminal = false;  // `out` is one
  bool colour = false;
  std::string program_folder;  // where paceline-coordinator, paceline-worker, ... are
};

// Environment of this process: std::cout and std::cerr, NO_COLOR, its own executable's folder.
Environment ProcessEnvironment();

// The options of a command are filled in before it runs.
struct Context {
  explicit Context(Environment where) : environment(std::move(where)) {}

  Environment environment;
  Connection connection;  // of the commands that have AddConnectionFlags
  bool json = false;      // of the commands that have AddJsonFlag
  ExitStatus exit_status = kExitOk;

  std::ostream& out() const { return environment.out; }
};

// Adds a command. Its error is printed and becomes the exit status.
Command& AddCommand(Command& app, Context& context, const std::string& name,
                    const std::string& description,
                    std::function<absl::StatusOr<ExitStatus>()> run);
void AddConnectionFlags(Command& command, Context& context);
void AddJsonFlag(Command& command, Context& context);
// Of commands that write what --out names.
void AddForceFlag(Command& command, bool& force);

// The program: `arguments` without its own name. What main returns.
int RunPaceline(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace paceline
