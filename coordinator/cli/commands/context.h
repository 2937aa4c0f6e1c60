// What all commands have in common.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/cli/client/client.h"
#include "coordinator/cli/commands/exit_status.h"

namespace CLI {
class App;
}

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

// Options of a command are filled in by CLI11 before it runs.
struct Context {
  explicit Context(Environment where) : environment(std::move(where)) {}

  Environment environment;
  Connection connection;  // of the commands that have AddConnectionFlags
  bool json = false;      // of the commands that have AddJsonFlag
  ExitStatus exit_status = kExitOk;

  std::ostream& out() const { return environment.out; }
};

// Adds a command. Its error is printed and becomes the exit status.
CLI::App* AddCommand(CLI::App& app, Context& context, const std::string& name,
                     const std::string& description,
                     std::function<absl::StatusOr<ExitStatus>()> run);
void AddConnectionFlags(CLI::App& command, Context& context);
void AddJsonFlag(CLI::App& command, Context& context);
// Of commands that write what --out names.
void AddForceFlag(CLI::App& command, bool& force);

// The program: `arguments` without its own name. What main returns.
int RunPaceline(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace paceline
