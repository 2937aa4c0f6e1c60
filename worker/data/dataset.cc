#include "worker/data/dataset.h"

#include <fmt/format.h>

#include "common/task/dataset.h"
#include "worker/data/fashion_mnist.h"

namespace paceline {
namespace {

absl::StatusOr<std::shared_ptr<const ImageData>> Load(v1::Dataset dataset,
                                                      const std::string& folder, int size) {
  switch (dataset) {
    case v1::DATASET_FASHION_MNIST:
      return LoadFashionMnist(folder, size);
    case v1::DATASET_UNSPECIFIED:
    case v1::Dataset_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Dataset_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return absl::InvalidArgumentError(
      fmt::format("no images can be read of data set {}", static_cast<int>(dataset)));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ImageData>> DataStore::Images(v1::Dataset dataset, int size) {
  const DatasetFacts* facts = FindDataset(dataset);
  if (facts == nullptr) {
    return absl::InvalidArgumentError(fmt::format(
        "data set {} is unknown; task.proto names those known", static_cast<int>(dataset)));
  }
  if (size < 1 || size > facts->size) {
    return absl::InvalidArgumentError(
        fmt::format("images of {} cannot be resized to {} x {}; sizes are 1 to {}", facts->name,
                    size, size, facts->size));
  }
  return images_.Get({static_cast<int>(dataset), size},
                     [&] { return Load(dataset, folder_, size); });
}

}  // namespace paceline
