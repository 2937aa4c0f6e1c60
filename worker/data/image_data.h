// A data set as it was read → as tasks use it.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/task/data_use.h"
#include "worker/data/examples.h"
#include "worker/data/labelled_images.h"

namespace paceline {

// DataLoss if there are too few examples for every split; ResourceExhausted, with the size, if
// they are more than the memory that is free.
absl::StatusOr<std::shared_ptr<const ImageData>> MakeImageData(const RawDataSet& raw,
                                                               const ImageUse& use);

}  // namespace paceline
