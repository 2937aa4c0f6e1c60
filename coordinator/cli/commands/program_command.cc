#include "coordinator/cli/commands/program_command.h"

#include <memory>

#include "coordinator/cli/local/become.h"

namespace paceline {

void AddProgramCommand(Command& app, Context& context, const std::string& name,
                       const std::string& description) {
  // The command is known only after its callback.
  auto command = std::make_shared<Command*>(nullptr);
  *command = &AddCommand(app, context, name, description,
                         [&context, command, name]() -> absl::StatusOr<ExitStatus> {
                           context.out().flush();
                           return Become(context.environment.program_folder + "/paceline-" + name,
                                         (*command)->remaining());
                         });
  (*command)->PassOn();
}

}  // namespace paceline
