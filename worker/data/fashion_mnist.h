// Fashion-MNIST (H. Xiao, K. Rasul, R. Vollgraf, 2017): 60,000 + 10,000 grey images of 28 × 28, ten
// classes.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "worker/data/examples.h"

namespace paceline {

// Out of <root>/fashion-mnist, as Debian's dataset-fashion-mnist has it, or
// <root>/FashionMNIST/raw, as torchvision leaves it. Errors as LoadIdxImages.
absl::StatusOr<std::shared_ptr<const ImageData>> LoadFashionMnist(const std::string& root,
                                                                  int size);

}  // namespace paceline
