#include "worker/data/prepare.h"

#include <algorithm>

namespace paceline {
namespace {

BilinearResizer ResizerOf(const ImageUse& use, const LabelledImages& raw) {
  const std::vector<uint64_t>& from = raw.images.shape;
  const std::vector<int64_t> to = ImageShape(use);
  return BilinearResizer({static_cast<int>(from[1]), static_cast<int>(from[2])},
                         {static_cast<int>(to[0]), static_cast<int>(to[1])},
                         static_cast<int>(from[3]), raw.white);
}

uint64_t Product(const std::vector<int64_t>& shape) {
  uint64_t product = 1;
  for (const int64_t extent : shape) product *= static_cast<uint64_t>(extent);
  return product;
}

// pixels: [place, channel]
void ToGrey(std::vector<float>& pixels, uint64_t channels) {
  for (uint64_t place = 0; place < pixels.size() / channels; ++place) {
    float sum = 0;
    for (uint64_t c = 0; c < channels; ++c) sum += pixels[place * channels + c];
    pixels[place] = sum / static_cast<float>(channels);
  }
  pixels.resize(pixels.size() / channels);
}

}  // namespace

ImagePreparer::ImagePreparer(const ImageUse& use, const LabelledImages& raw)
    : raw_(raw),
      resizer_(ResizerOf(use, raw)),
      channels_(raw.images.shape[3]),
      copies_(std::max<uint64_t>(1, use.options.stack_channels())),
      pixels_(Product(ImageShape(use))),
      raw_pixels_(raw.images.shape[1] * raw.images.shape[2] * channels_),
      grey_(use.options.grey()),
      floats_(raw.images.type == ElementType::kF32 ? raw_pixels_ : 0) {}

void ImagePreparer::Resize(uint64_t example, std::span<float> out) {
  const FileArray& images = raw_.images;
  const uint64_t image_bytes = raw_pixels_ * ElementBytes(images.type);
  const char* image = images.bytes.data() + example * image_bytes;
  if (images.type == ElementType::kF32) {
    std::memcpy(floats_.data(), image, image_bytes);
    resizer_.Resize(std::span<const float>(floats_), out);
  } else {
    resizer_.Resize(std::span(reinterpret_cast<const uint8_t*>(image), raw_pixels_), out);
  }
}

void ImagePreparer::Prepare(uint64_t example, std::span<float> out) {
  if (!grey_ && copies_ == 1) return Resize(example, out);
  resized_.resize(pixels_ / copies_ * (grey_ ? channels_ : 1));
  Resize(example, resized_);
  if (grey_) ToGrey(resized_, channels_);
  const uint64_t channels = grey_ ? 1 : channels_;
  for (uint64_t i = 0; i < out.size(); ++i) {
    const uint64_t place = i / (channels * copies_);
    out[i] = resized_[place * channels + i % channels];
  }
}

}  // namespace paceline
