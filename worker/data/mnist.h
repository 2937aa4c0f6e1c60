// MNIST (Y. LeCun, C. Cortes, C. Burges, 1998): 60,000 + 10,000 grey images of 28 × 28, ten
// classes.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "worker/data/labelled_images.h"

namespace paceline {

// Out of <root>/mnist, or <root>/MNIST/raw, as torchvision leaves it. Errors as ReadIdxImages.
absl::StatusOr<RawDataSet> ReadMnist(const std::string& root, const DatasetFacts& facts);

}  // namespace paceline
