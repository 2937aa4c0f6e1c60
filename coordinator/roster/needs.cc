#include "coordinator/roster/needs.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/task/augment.h"
#include "common/task/own.h"
#include "common/task/task_protocol.h"

namespace paceline {

void Needs::Add(const v1::Task& task) {
  protocol = std::max(protocol, TaskProtocol(task));
  plugins.merge(PluginsOf(task));
}

Needs NeedsOf(const v1::JobConfig& config) {
  Needs needs;
  for (int i = 0; i < config.tasks_size(); ++i) needs.Add(TrainedTask(config, i));
  return needs;
}

std::string LackOf(const Needs& needs, const Worker& worker) {
  if (worker.protocol < needs.protocol) {
    return absl::StrCat("learned protocol ", needs.protocol, ", which its tasks want, and speaks ",
                        worker.protocol, " (update it)");
  }
  const std::string plugins = LackingPlugins(needs.plugins, worker.plugins);
  return plugins.empty() ? "" : absl::StrCat("loaded ", plugins);
}

}  // namespace paceline
