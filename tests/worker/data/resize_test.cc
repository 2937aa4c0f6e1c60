#include "worker/data/resize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paceline {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::FloatNear;

TEST(Resize, TheSameSizeOnlyDividesBy255) {
  const std::vector<uint8_t> image = {0, 51, 102, 255};
  std::vector<float> out(4);
  BilinearResizer(2, 2).Resize(image, out);
  EXPECT_THAT(out, ElementsAre(0.0f, FloatEq(0.2f), FloatEq(0.4f), 1.0f));
}

TEST(Resize, HalvingTakesTheMeanOfTwoNeighboursInBothDirections) {
  std::vector<uint8_t> image(16);
  for (int i = 0; i < 16; ++i) image[i] = static_cast<uint8_t>(10 * i);
  std::vector<float> out(4);
  BilinearResizer(4, 2).Resize(image, out);
  EXPECT_THAT(out, ElementsAre(FloatEq(25 / 255.0f), FloatEq(45 / 255.0f), FloatEq(105 / 255.0f),
                               FloatEq(125 / 255.0f)));
}

TEST(Resize, ShrinkingBySevenHalvesReadsTwoPixelsAndLeavesTheRestOut) {
  const std::vector<ResizeTap> taps = ResizeTaps(28, 8);
  EXPECT_EQ(taps[0].lower, 1);  // (0 + ½)·3.5 − ½ = 1.25
  EXPECT_EQ(taps[0].upper, 2);
  EXPECT_FLOAT_EQ(taps[0].weight, 0.25f);
  EXPECT_EQ(taps[7].lower, 25);  // 25.75
  EXPECT_EQ(taps[7].upper, 26);
  EXPECT_FLOAT_EQ(taps[7].weight, 0.75f);
}

TEST(Resize, PositionsBeyondTheEdgeAreClamped) {
  const std::vector<ResizeTap> taps = ResizeTaps(2, 4);
  EXPECT_EQ(taps[0].lower, 0);  // −0.25
  EXPECT_EQ(taps[0].upper, 0);
  EXPECT_EQ(taps[3].lower, 1);  // 1.25
  EXPECT_EQ(taps[3].upper, 1);
}

TEST(Resize, AConstantImageStaysConstantAtEverySize) {
  const std::vector<uint8_t> image(28 * 28, 200);
  for (int size = 1; size <= 28; ++size) {
    std::vector<float> out(size * size, -1.0f);
    BilinearResizer(28, size).Resize(image, out);
    EXPECT_THAT(out, Each(FloatNear(200 / 255.0f, 1e-7f))) << size;
  }
}

TEST(Resize, ColumnsAndRowsAreNotSwapped) {
  const std::vector<uint8_t> image = {0, 255, 0, 255};
  std::vector<float> out(4);
  BilinearResizer(2, 2).Resize(image, out);
  EXPECT_THAT(out, ElementsAre(0.0f, 1.0f, 0.0f, 1.0f));
}

TEST(Resize, HeightAndWidthChangeEachByItsOwn) {
  const std::vector<uint8_t> image = {0, 20, 40, 60, 80, 100, 120, 140};  // 2 × 4
  std::vector<float> out(2);
  BilinearResizer({2, 4}, {1, 2}, 1, 1).Resize(image, out);
  EXPECT_THAT(out, ElementsAre(50, 90));
  std::vector<float> larger(4 * 4);
  BilinearResizer({2, 4}, {4, 4}, 1, 1).Resize(image, larger);
  EXPECT_THAT(larger,
              ElementsAre(0, 20, 40, 60, 20, 40, 60, 80, 60, 80, 100, 120, 80, 100, 120, 140));
}

TEST(Resize, PixelsOfEitherTypeGiveTheSameBits) {
  std::vector<uint8_t> image(7 * 5 * 2);
  for (size_t i = 0; i < image.size(); ++i) image[i] = static_cast<uint8_t>(37 * i % 256);
  const std::vector<float> floats(image.begin(), image.end());
  for (const ImageExtent to : {ImageExtent{7, 5}, ImageExtent{3, 4}, ImageExtent{11, 13}}) {
    std::vector<float> of_bytes(to.height * to.width * 2), of_floats(of_bytes.size());
    const BilinearResizer resizer({7, 5}, to, 2, 255);
    resizer.Resize(image, of_bytes);
    resizer.Resize(floats, of_floats);
    EXPECT_EQ(of_bytes, of_floats) << to.height;
  }
}

TEST(Resize, EachChannelIsResizedAsAnImageOfItsOwn) {
  const std::vector<uint8_t> first = {0, 51, 102, 255}, second = {7, 9, 200, 3};
  std::vector<uint8_t> both;
  for (size_t i = 0; i < 4; ++i) both.insert(both.end(), {first[i], second[i]});
  std::vector<float> out(2 * 9), expected_first(9), expected_second(9);
  BilinearResizer(2, 3, 2).Resize(both, out);
  BilinearResizer(2, 3).Resize(first, expected_first);
  BilinearResizer(2, 3).Resize(second, expected_second);
  for (size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(out[2 * i], expected_first[i]);
    EXPECT_EQ(out[2 * i + 1], expected_second[i]);
  }
}

}  // namespace
}  // namespace paceline
