#include "coordinator/cli/commands/commands.h"

namespace paceline {
namespace {

using AddFunction = void (*)(Command&, Context&);

// In the order of --help.
constexpr AddFunction kCommands[] = {
    &AddLocal,       &AddSubmit, &AddList,   &AddShow,       &AddWatch,  &AddLogs,
    &AddControl,     &AddDelete, &AddExport, &AddImport,     &AddEval,   &AddEvaluate,
    &AddEvaluations, &AddReport, &AddBench,  &AddEstimators, &AddHash,   &AddReplay,
    &AddDiff,        &AddCheck,  &AddTasks,  &AddWorkers,    &AddTrace,  &AddTokens,
    &AddRevoke,      &AddWhoAmI, &AddAudit,  &AddCerts,      &AddDoctor,
};

}  // namespace

void AddCommands(Command& app, Context& context) {
  for (const AddFunction add : kCommands) add(app, context);
}

}  // namespace paceline
