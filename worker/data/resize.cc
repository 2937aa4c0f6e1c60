#include "worker/data/resize.h"

#include <algorithm>
#include <cmath>

namespace paceline {

std::vector<ResizeTap> ResizeTaps(int from, int to) {
  std::vector<ResizeTap> taps(to);
  const float scale = static_cast<float>(from) / static_cast<float>(to);
  for (int i = 0; i < to; ++i) {
    const float source = (static_cast<float>(i) + 0.5f) * scale - 0.5f;
    const float floor = std::floor(source);
    taps[i].lower = std::clamp(static_cast<int>(floor), 0, from - 1);
    taps[i].upper = std::clamp(static_cast<int>(std::ceil(source)), 0, from - 1);
    taps[i].weight = source - floor;
  }
  return taps;
}

void BilinearResizer::Resize(std::span<const uint8_t> image, std::span<float> out) const {
  const auto row = [&](int y, const ResizeTap& x, int channel) {
    const float left = image[(y * from_ + x.lower) * channels_ + channel];
    const float right = image[(y * from_ + x.upper) * channels_ + channel];
    return left + (right - left) * x.weight;
  };
  for (int y = 0; y < to_; ++y) {
    for (int x = 0; x < to_; ++x) {
      for (int channel = 0; channel < channels_; ++channel) {
        const float top = row(taps_[y].lower, taps_[x], channel);
        const float bottom = row(taps_[y].upper, taps_[x], channel);
        out[(y * to_ + x) * channels_ + channel] =
            (top + (bottom - top) * taps_[y].weight) / 255.0f;
      }
    }
  }
}

}  // namespace paceline
