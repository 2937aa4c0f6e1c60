#include <memory>

#include "CLI/CLI.hpp"
#include "coordinator/cli/become.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/context.h"

namespace paceline {

void AddBench(CLI::App& app, Context& context) {
  // The command is known only after its callback.
  auto command = std::make_shared<CLI::App*>(nullptr);
  *command = AddCommand(
      app, context, "bench",
      "Measure this build on this machine: inner steps a second beside the machine's peak, and the "
      "parts of an outer step; the program paceline-bench beside this one does the work",
      [&context, command]() -> absl::StatusOr<ExitStatus> {
        context.out().flush();
        return Become(context.environment.program_folder + "/paceline-bench",
                      (*command)->remaining());
      });
  (*command)->allow_extras();
  // Help is that of paceline-bench.
  (*command)->set_help_flag();
}

}  // namespace paceline
