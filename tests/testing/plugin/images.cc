// Data sets: bars that lie (label 0) or stand (1) somewhere in grey noise; and some that are wrong.
#include <stdexcept>

#include "paceline/data_set.h"

namespace {

using paceline::plugin::Images;
using paceline::plugin::Random;

constexpr int64_t kSide = 6;

Images Bars(int64_t count, Random& random) {
  Images images{.height = kSide, .width = kSide};
  std::vector<int64_t> places(count), noise(count * kSide * kSide);
  random.FillIndices(2 * kSide, places);
  random.FillIndices(100, noise);
  for (int64_t i = 0; i < count; ++i) {
    const bool stands = places[i] >= kSide;
    for (int64_t row = 0; row < kSide; ++row) {
      for (int64_t column = 0; column < kSide; ++column) {
        const bool on = (stands ? column : row) == places[i] % kSide;
        const int64_t grey = on ? 255 : noise[(i * kSide + row) * kSide + column];
        images.pixels.push_back(static_cast<uint8_t>(grey));
      }
    }
    images.labels.push_back(stands ? 1 : 0);
  }
  return images;
}

class BarSet : public paceline::plugin::DataSet {
 public:
  Images Train(Random& random) const override { return Bars(200, random); }
  Images Test(Random& random) const override { return Bars(40, random); }
};

class WrongLabel : public BarSet {
  Images Test(Random& random) const override {
    Images images = Bars(3, random);
    images.labels.back() = 2;
    return images;
  }
};

class TooFew : public BarSet {
  Images Train(Random& random) const override {
    Images images = Bars(20, random);
    images.pixels.pop_back();
    return images;
  }
};

class Throws : public BarSet {
  Images Train(Random&) const override { throw std::runtime_error("the disk is gone"); }
};

}  // namespace

PACELINE_DATA_SET("bars", BarSet)
PACELINE_DATA_SET("wrong_label", WrongLabel)
PACELINE_DATA_SET("too_few", TooFew)
PACELINE_DATA_SET("throws", Throws)
