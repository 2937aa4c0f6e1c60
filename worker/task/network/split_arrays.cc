#include "worker/task/network/split_arrays.h"

#include <utility>

#include "worker/task/network/table_arrays.h"
#include "worker/task/network/text_arrays.h"

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

absl::StatusOr<TaskData> LoadTaskData(const DataUse& use, const Network& network, DataStore& data) {
  if (const auto* text = std::get_if<v1::Text>(&use)) return LoadTextArrays(*text, network, data);
  if (const auto* table = std::get_if<v1::Table>(&use))
    return LoadTableArrays(*table, network, data);
  return LoadImages(std::get<ImageUse>(use), data);
}

}  // namespace paceline
