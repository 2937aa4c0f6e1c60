#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/program_command.h"

namespace paceline {

void AddBench(Command& app, Context& context) {
  AddProgramCommand(
      app, context, "bench",
      "Measure this build on this machine: inner steps a second beside the machine's peak, and the "
      "parts of an outer step; the program paceline-bench beside this one does the work");
}

}  // namespace paceline
