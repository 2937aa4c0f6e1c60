// What is known of a data set without reading it.
#pragma once

#include <string_view>

#include "paceline/v1/task.pb.h"

namespace paceline {

struct DatasetFacts {
  std::string_view name;  // in a config
  int size;               // images are size × size at most, and are resized to less
  int channels;
  int classes;
};

// Null if task.proto does not name the data set.
const DatasetFacts* FactsOf(v1::Dataset dataset);

}  // namespace paceline
