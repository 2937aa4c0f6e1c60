#include "common/command/plugin_flag.h"

namespace paceline {

void AddPluginFlag(Command& command, std::vector<std::string>& paths) {
  command
      .AddOption("--task-plugin", paths,
                 "Shared object with tasks and data sets of one's own, which is loaded (may be "
                 "repeated; docs/own-task.md)")
      .Repeatable()
      .TypeName("FILE");
}

}  // namespace paceline
