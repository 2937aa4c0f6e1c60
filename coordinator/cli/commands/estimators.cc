#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/program_command.h"

namespace paceline {

void AddEstimators(Command& app, Context& context) {
  AddProgramCommand(
      app, context, "estimators",
      "Measure the bias and variance of every gradient estimator on a config, to choose sigma, "
      "window and particles; the program paceline-estimators beside this one does the work");
}

}  // namespace paceline
