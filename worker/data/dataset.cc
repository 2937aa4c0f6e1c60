#include "worker/data/dataset.h"

#include <fmt/format.h>

#include "common/task/data_use.h"
#include "worker/data/fashion_mnist.h"

namespace paceline {
namespace {

absl::StatusOr<std::shared_ptr<const ImageData>> Load(const ImageUse& use,
                                                      const std::string& folder) {
  if (use.dataset == v1::DATASET_FASHION_MNIST) {
    const int size = static_cast<int>(ImageShape(use)[0]);
    return LoadFashionMnist(folder, size);
  }
  return absl::UnimplementedError(
      fmt::format("no images can be read of {}", DatasetFactsOf(use).name));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ImageData>> DataStore::Images(const ImageUse& use) {
  if (DatasetFactsOf(use).channels == 0) {
    return absl::InvalidArgumentError(fmt::format(
        "data set {} is unknown; data.proto names those known", static_cast<int>(use.dataset)));
  }
  return images_.Get(TextOf(use), [&] { return Load(use, folder_); });
}

absl::StatusOr<DataDigest> DataStore::Digest(const DataUse& use) {
  const auto* images = std::get_if<ImageUse>(&use);
  if (images == nullptr) return absl::UnimplementedError("only images have a digest");
  const auto data = Images(*images);
  if (!data.ok()) return data.status();
  return DataDigest{DatasetFactsOf(*images).name, (*data)->digest};
}

}  // namespace paceline
