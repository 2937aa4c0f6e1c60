// Images with their labels as a data set's files have them, checked against what the data set is.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/task/data_use.h"
#include "worker/data/file_array.h"

namespace paceline {

struct LabelledImages {
  FileArray images = {};             // [example, row, column, channel], uint8 or float32
  std::vector<int32_t> labels = {};  // [example]
  float white = 255;                 // the value that a network sees as 1; 1 of float32 images

  uint64_t count() const { return labels.size(); }
};

// A data set before it is split and resized.
struct RawDataSet {
  LabelledImages train;  // of which the validation splits are the end
  LabelledImages test;
  int64_t classes = 0;
};

// images: [example, row, column, channel], or without the channel if there is only one; uint8, or
// float32 in [0, 1]. labels: [example], uint8, int32 or int64. DataLoss says which of the two
// files is not what `facts` say or does not fit the other, where and how.
absl::StatusOr<LabelledImages> Labelled(FileArray images, const FileArray& labels,
                                        const DatasetFacts& facts);

// The examples before and from `first` on.
std::pair<LabelledImages, LabelledImages> Cut(const LabelledImages& images, uint64_t first);

}  // namespace paceline
