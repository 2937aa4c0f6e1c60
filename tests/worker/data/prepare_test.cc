#include "worker/data/prepare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

// Two images of 1 × 2 pixels and three channels.
class ImagePreparerTest : public ::testing::Test {
 protected:
  ImagePreparerTest() {
    use_.dataset = v1::DATASET_FOLDER;
    v1::ImageFolder& folder = *use_.options.mutable_folder();
    folder.set_height(1);
    folder.set_width(2);
    folder.set_channels(3);
    raw_.images.shape = {2, 1, 2, 3};
    raw_.images.bytes = {reinterpret_cast<const char*>(pixels_), sizeof pixels_};
    raw_.labels = {0, 0};
  }

  std::vector<float> Second() {
    ImagePreparer preparer(use_, raw_);
    std::vector<float> out(preparer.pixels());
    preparer.Prepare(1, out);
    return out;
  }

  const uint8_t pixels_[12] = {9, 9, 9, 9, 9, 9, 255, 0, 51, 102, 153, 204};
  ImageUse use_;
  LabelledImages raw_;
};

TEST_F(ImagePreparerTest, PixelsAreScaledSoThatWhiteIsOne) {
  EXPECT_THAT(Second(),
              ElementsAre(1.0f, 0.0f, FloatEq(0.2f), FloatEq(0.4f), FloatEq(0.6f), FloatEq(0.8f)));
}

TEST_F(ImagePreparerTest, GreyIsTheMeanOfTheChannels) {
  use_.options.set_grey(true);
  EXPECT_THAT(Second(), ElementsAre(FloatEq(0.4f), FloatEq(0.6f)));
}

TEST_F(ImagePreparerTest, AStackedGreyImageStandsInEveryChannel) {
  use_.options.set_grey(true);
  use_.options.set_stack_channels(3);
  EXPECT_THAT(Second(), ElementsAre(FloatEq(0.4f), FloatEq(0.4f), FloatEq(0.4f), FloatEq(0.6f),
                                    FloatEq(0.6f), FloatEq(0.6f)));
}

TEST_F(ImagePreparerTest, AStackedColourImageRepeatsAllItsChannels) {
  use_.options.set_stack_channels(2);
  EXPECT_THAT(Second(), ElementsAre(1.0f, 0.0f, FloatEq(0.2f), 1.0f, 0.0f, FloatEq(0.2f),
                                    FloatEq(0.4f), FloatEq(0.6f), FloatEq(0.8f), FloatEq(0.4f),
                                    FloatEq(0.6f), FloatEq(0.8f)));
}

TEST_F(ImagePreparerTest, ARectangleBecomesASquareBeforeItIsGrey) {
  use_.size = 1;
  EXPECT_THAT(Second(), ElementsAre(FloatEq(0.7f), FloatEq(0.3f), FloatEq(0.5f)));
  use_.options.set_grey(true);
  EXPECT_THAT(Second(), ElementsAre(FloatEq(0.5f)));
}

TEST_F(ImagePreparerTest, Float32PixelsGiveWhatBytesGiveWhereverTheyLie) {
  for (const uint32_t size : {0u, 1u, 3u}) {
    use_.size = size;
    const LabelledImages bytes = raw_;
    const std::vector<float> expected = Second();
    std::string floats = "x";  // at an odd address
    for (const uint8_t pixel : pixels_) {
      const float value = static_cast<float>(pixel) / 255.0f;
      floats.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    raw_.images.type = ElementType::kF32;
    raw_.images.bytes = std::string_view(floats).substr(1);
    raw_.white = 1;
    const std::vector<float> found = Second();
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-7) << i;
    raw_ = bytes;
  }
}

}  // namespace
}  // namespace paceline
