// Labelled images in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace paceline {

// Examples of one split: images [example, height, width, channel], labels [example].
struct Examples {
  std::vector<float> images;
  std::vector<int32_t> labels;
  size_t count() const { return labels.size(); }
};

// Splits (reference: google/learned_optimization): the first 80 % of the training file is `train`,
// the next 10 % `inner_valid`, the last 10 % `outer_valid`; the test file is `test`. Images are
// resized bilinearly (half-pixel centres, no antialiasing, edges clamped, x then y, float32) and
// scaled so that white is 1; then channels are averaged or repeated, if a task wants that.
struct ImageData {
  int height = 0, width = 0, channels = 1;
  int classes = 0;
  Examples train, inner_valid, outer_valid, test;
  // SHA-256 of the training images and labels, validation included, as they are unpacked, before
  // any resizing: all that a job sees of the data set, whatever the files are called, whichever
  // format they have and however they are packed. (float32 images are others than the uint8 images
  // that they came from.)
  std::string digest;

  size_t pixels() const { return static_cast<size_t>(height) * width * channels; }
  uint64_t bytes() const {
    size_t numbers = 0;
    for (const Examples* split : {&train, &inner_valid, &outer_valid, &test}) {
      numbers += split->images.size() + split->labels.size();
    }
    return numbers * sizeof(float);
  }
};

}  // namespace paceline
