// Fashion-MNIST (H. Xiao, K. Rasul, R. Vollgraf, 2017): 60,000 + 10,000 grey images of 28 × 28, ten
// classes.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "worker/data/labelled_images.h"

namespace paceline {

// Out of <root>/fashion-mnist, as Debian's dataset-fashion-mnist has it, or
// <root>/FashionMNIST/raw, as torchvision leaves it. Errors as ReadIdxImages.
absl::StatusOr<RawDataSet> ReadFashionMnist(const std::string& root, const DatasetFacts& facts);

}  // namespace paceline
