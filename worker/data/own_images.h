// Data sets of plug-ins (paceline/data_set.h).
#pragma once

#include "absl/status/statusor.h"
#include "paceline/v1/data.pb.h"
#include "worker/data/labelled_images.h"
#include "worker/plugin/plugin_table.h"

namespace paceline {

// FailedPrecondition if the plug-in is not loaded here; InvalidArgument, with words that name
// plug-in and data set, if it throws or gives other images than the config says.
absl::StatusOr<RawDataSet> ReadOwnImages(const v1::OwnImages& config, const PluginTable& plugins);

}  // namespace paceline
