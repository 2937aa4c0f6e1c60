// From a data set's images to what a network sees of them: resized, grey, stacked.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/task/data_use.h"
#include "worker/data/labelled_images.h"
#include "worker/data/resize.h"

namespace paceline {

// Not thread-safe: it has room for one image.
class ImagePreparer {
 public:
  // raw: images of the extents that DatasetFactsOf(use) says; outlives the object.
  ImagePreparer(const ImageUse& use, const LabelledImages& raw);
  uint64_t pixels() const { return pixels_; }  // of an image as ImageShape(use) has it
  // Bilinear as BilinearResizer; then, if grey, the mean of the channels; then all of it
  // stack_channels times as channels behind one another. out: ImageShape(use), from 0 to 1.
  void Prepare(uint64_t example, std::span<float> out);

 private:
  void Resize(uint64_t example, std::span<float> out);

  const LabelledImages& raw_;
  BilinearResizer resizer_;
  uint64_t channels_, copies_, pixels_, raw_pixels_;
  bool grey_;
  std::vector<float> floats_, resized_;
};

}  // namespace paceline
