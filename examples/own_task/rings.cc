// Images that are made, not read: 12 × 12, a disc (label 0) or a ring (1) in noise.
#include "paceline/data_set.h"

namespace {

using paceline::plugin::Images;
using paceline::plugin::Random;

constexpr int64_t kSide = 12;

Images Make(int64_t count, Random& random) {
  Images images{.height = kSide, .width = kSide};
  std::vector<int64_t> kinds(count), noise(count * kSide * kSide);
  std::vector<float> places(2 * count);
  random.FillIndices(2, kinds);
  random.FillUniforms(places);
  random.FillIndices(128, noise);
  for (int64_t i = 0; i < count; ++i) {
    const float x = 4 + 4 * places[2 * i], y = 4 + 4 * places[2 * i + 1];
    for (int64_t row = 0; row < kSide; ++row) {
      for (int64_t column = 0; column < kSide; ++column) {
        const float dx = static_cast<float>(column) - x, dy = static_cast<float>(row) - y;
        const float squared = dx * dx + dy * dy;
        const bool on = squared < 12 && (kinds[i] == 0 || squared > 4);
        const int64_t grey = noise[(i * kSide + row) * kSide + column] + (on ? 127 : 0);
        images.pixels.push_back(static_cast<uint8_t>(grey));
      }
    }
    images.labels.push_back(static_cast<int32_t>(kinds[i]));
  }
  return images;
}

class Rings : public paceline::plugin::DataSet {
 public:
  Images Train(Random& random) const override { return Make(2000, random); }
  Images Test(Random& random) const override { return Make(400, random); }
};

}  // namespace

PACELINE_DATA_SET("rings", Rings)
