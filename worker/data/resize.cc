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

template <class Pixel>
void BilinearResizer::ResizePixels(std::span<const Pixel> image, std::span<float> out) const {
  if (from_ == to_) {  // what follows, but a pixel at a time and without zero weights
    std::transform(image.begin(), image.end(), out.begin(),
                   [this](Pixel pixel) { return static_cast<float>(pixel) / white_; });
    return;
  }
  const auto row = [&](int y, const ResizeTap& x, int channel) {
    const float left = image[(y * from_.width + x.lower) * channels_ + channel];
    const float right = image[(y * from_.width + x.upper) * channels_ + channel];
    return left + (right - left) * x.weight;
  };
  for (int y = 0; y < to_.height; ++y) {
    for (int x = 0; x < to_.width; ++x) {
      for (int channel = 0; channel < channels_; ++channel) {
        const float top = row(rows_[y].lower, columns_[x], channel);
        const float bottom = row(rows_[y].upper, columns_[x], channel);
        out[(y * to_.width + x) * channels_ + channel] =
            (top + (bottom - top) * rows_[y].weight) / white_;
      }
    }
  }
}

void BilinearResizer::Resize(std::span<const uint8_t> image, std::span<float> out) const {
  ResizePixels(image, out);
}

void BilinearResizer::Resize(std::span<const float> image, std::span<float> out) const {
  ResizePixels(image, out);
}

}  // namespace paceline
