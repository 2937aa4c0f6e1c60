// Bilinear resizing as google/learned_optimization's image pipeline does it: half-pixel centres, no
// antialiasing, edges clamped, x before y, float32, the result divided by the value of white.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace paceline {

// Where an output position lies between two input positions.
struct ResizeTap {
  int lower = 0;
  int upper = 0;
  float weight = 0;  // of `upper`
};

// One tap per output position: source = (i + ½)·from/to − ½.
std::vector<ResizeTap> ResizeTaps(int from, int to);

struct ImageExtent {
  int height = 0, width = 0;

  bool operator==(const ImageExtent&) const = default;
};

// Resizes images from one fixed size to another, smaller or larger. Immutable, thread-safe.
class BilinearResizer {
 public:
  // Of square images.
  BilinearResizer(int from, int to, int channels = 1)
      : BilinearResizer({from, from}, {to, to}, channels, 255) {}
  BilinearResizer(ImageExtent from, ImageExtent to, int channels, float white)
      : from_(from),
        to_(to),
        channels_(channels),
        white_(white),
        rows_(ResizeTaps(from.height, to.height)),
        columns_(ResizeTaps(from.width, to.width)) {}
  // image: [row, column, channel], 0 to white. out: the same at the new size, 0 to 1.
  void Resize(std::span<const uint8_t> image, std::span<float> out) const;
  void Resize(std::span<const float> image, std::span<float> out) const;

 private:
  template <class Pixel>
  void ResizePixels(std::span<const Pixel> image, std::span<float> out) const;

  ImageExtent from_, to_;
  int channels_;
  float white_;
  std::vector<ResizeTap> rows_, columns_;
};

}  // namespace paceline
