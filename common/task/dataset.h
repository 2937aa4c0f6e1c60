// What is known of a data set without reading it.
#pragma once

#include <cstdint>
#include <string_view>

#include "paceline/v1/task.pb.h"

namespace paceline {

struct DatasetFacts {
  std::string_view name;  // in a config
  int size = 0;           // images are size × size at most, and are resized to less
  int channels = 0;
  int classes = 0;
  uint64_t examples = 0;  // of all splits
};

// Null if task.proto does not name the data set.
const DatasetFacts* FindDataset(v1::Dataset dataset);
// Nothing but zeros instead of null.
DatasetFacts ImageFacts(v1::Dataset dataset);

}  // namespace paceline
