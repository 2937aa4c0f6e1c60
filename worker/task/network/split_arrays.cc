#include "worker/task/network/split_arrays.h"

#include <utility>

namespace paceline {
namespace {

SplitArrays OfImages(const ImageData& data, const Examples& split) {
  return {.arrays = {{split.images.data(), {data.height, data.width, data.channels}},
                     {split.labels.data(), {}}},
          .rows = static_cast<int64_t>(split.count())};
}

absl::StatusOr<TaskData> LoadImages(const ImageUse& use, DataStore& store) {
  const absl::StatusOr<std::shared_ptr<const ImageData>> data = store.Images(use);
  if (!data.ok()) return data.status();
  const ImageData& images = **data;
  return TaskData{.owner = *data,
                  .train = OfImages(images, images.train),
                  .inner_valid = OfImages(images, images.inner_valid),
                  .outer_valid = OfImages(images, images.outer_valid),
                  .test = OfImages(images, images.test)};
}

}  // namespace

const SplitArrays& TaskData::Of(Split split) const {
  switch (split) {
    case Split::kTrain:
      return train;
    case Split::kInnerValid:
      return inner_valid;
    case Split::kOuterValid:
      return outer_valid;
    case Split::kTest:
      break;
  }
  return test;
}

absl::StatusOr<TaskData> LoadTaskData(const DataUse& use, const Network&, DataStore& data) {
  if (const auto* images = std::get_if<ImageUse>(&use)) return LoadImages(*images, data);
  return absl::UnimplementedError("only images can be read");
}

}  // namespace paceline
