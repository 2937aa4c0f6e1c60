// Bilinear resizing as google/learned_optimization's image pipeline does it: half-pixel centres, no
// antialiasing, edges clamped, x before y, float32, the result divided by 255.
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

// Resizes square images from one fixed size to another. Immutable, thread-safe.
class BilinearResizer {
 public:
  BilinearResizer(int from, int to, int channels = 1)
      : from_(from), to_(to), channels_(channels), taps_(ResizeTaps(from, to)) {}
  // image: [from, from, channel], 0 to 255. out: [to, to, channel], 0 to 1.
  void Resize(std::span<const uint8_t> image, std::span<float> out) const;

 private:
  int from_;
  int to_;
  int channels_;
  std::vector<ResizeTap> taps_;
};

}  // namespace paceline
