// Commands whose arguments are all those of a program beside this one.
#pragma once

#include <string>

#include "coordinator/cli/commands/context.h"

namespace paceline {

// `paceline NAME ...` becomes `paceline-NAME ...`; help is the program's.
void AddProgramCommand(Command& app, Context& context, const std::string& name,
                       const std::string& description);

}  // namespace paceline
