#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/program_command.h"

namespace paceline {

void AddEvaluate(Command& app, Context& context) {
  AddProgramCommand(
      app, context, "evaluate",
      "Measure learned optimizers beside hand-designed ones on the tasks of a suite; the program "
      "paceline-evaluate beside this one does the work");
}

}  // namespace paceline
