// Tasks of plug-ins, for who knows nothing of LibTorch.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "worker/plugin/plugin_table.h"
#include "worker/task/task.h"

namespace paceline {

// FailedPrecondition if the plug-in is not loaded here; InvalidArgument, with words that name
// plug-in and task, if what it says of itself is wrong, or if one step computed twice gave other
// bits.
absl::StatusOr<std::unique_ptr<Task>> MakeOwnTask(const v1::OwnTask& config,
                                                  const PluginTable& plugins);

}  // namespace paceline
