#include "coordinator/cli/commands/program_command.h"

#include <memory>

#include "coordinator/cli/local/become.h"

namespace paceline {

void AddProgramCommand(CLI::App& app, Context& context, const std::string& name,
                       const std::string& description) {
  // The command is known only after its callback.
  auto command = std::make_shared<CLI::App*>(nullptr);
  *command = AddCommand(app, context, name, description,
                        [&context, command, name]() -> absl::StatusOr<ExitStatus> {
                          context.out().flush();
                          return Become(context.environment.program_folder + "/paceline-" + name,
                                        (*command)->remaining());
                        });
  (*command)->allow_extras();
  (*command)->set_help_flag();
}

}  // namespace paceline
