// What a task is trained on, and what is known of it without reading it.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "paceline/v1/data.pb.h"

namespace paceline {

// Images of a data set, resized to size × size, or not resized if that is 0.
struct ImageUse {
  v1::Dataset dataset = v1::DATASET_UNSPECIFIED;
  uint32_t size = 0;
  v1::ImageOptions options = {};
};

using DataUse = std::variant<ImageUse, v1::Text, v1::Table>;

// A data set's images as they lie in its files.
struct DatasetFacts {
  std::string name;  // in a config; of a folder its path
  int64_t height = 0, width = 0, channels = 0;
  int64_t classes = 0;
  uint64_t examples = 0;  // of all splits; 0: not known
};

// Nothing but zeros for a data set that data.proto does not name.
DatasetFacts DatasetFactsOf(const ImageUse& use);

// [row, column, channel] of an image as a network sees it.
std::vector<int64_t> ImageShape(const ImageUse& use);

// "text" and 259 where the message leaves them out; of a synthetic text what its kind has.
std::string PathOf(const v1::Text& text);
int64_t VocabularyOf(const v1::Text& text);

// Of memory that the data take once they are read; 0 where that is not known.
uint64_t BytesOf(const DataUse& use);

// For people: "fashion_mnist 8x8", "text, 512 tokens", "iris.csv".
std::string TextOf(const DataUse& use);

}  // namespace paceline
