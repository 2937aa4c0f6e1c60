// Image resizing and the data set's order against image_resize.safetensors of the golden folder.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/testing/golden.h"
#include "worker/data/dataset.h"
#include "worker/data/resize.h"

namespace paceline {
namespace {

constexpr double kPixelTolerance = 1e-6;

class GoldenImages : public ::testing::TestWithParam<int> {
 protected:
  // check(file, "resized_<size>") of every file that has the size.
  template <class Check>
  void ForFiles(const Check& check) {
    PACELINE_SKIP_WITHOUT_GOLDEN();
    int checked = 0;
    const std::string resized = fmt::format("resized_{}", GetParam());
    for (const std::string& path : testing::GoldenPaths("image_resize")) {
      const auto file = testing::LoadGolden(path);
      ASSERT_TRUE(file.ok()) << file.status();
      if (!file->has(resized)) continue;
      check(*file, resized);
      ++checked;
    }
    PACELINE_SKIP_IF_NONE_WAS_GOLDEN(checked, "image_resize");
  }
};

TEST_P(GoldenImages, ResizedPixelsAreThoseOfTheLibrary) {
  const int size = GetParam();
  ForFiles([&](const testing::GoldenFile& file, const std::string& resized) {
    const Tensor& images = file.at("image");
    const std::span<const float> expected = file.at(resized).f32();
    const BilinearResizer resizer(28, size);
    std::vector<float> out(size * size);
    double largest = 0;
    for (int64_t n = 0; n < images.shape[0]; ++n) {
      resizer.Resize(images.u8().subspan(n * 784, 784), out);
      for (size_t i = 0; i < out.size(); ++i) {
        largest = std::max<double>(largest, std::abs(out[i] - expected[n * out.size() + i]));
      }
    }
    EXPECT_LE(largest, kPixelTolerance);
    fmt::print("  {:<34} {} x {}: {:.1e} (allowed {:.0e})\n", file.name, size, size, largest,
               kPixelTolerance);
  });
}

// The same images out of the published files: order, labels and splits.
TEST_P(GoldenImages, TheDataSetHoldsTheLibrarysImagesAtTheirPlaces) {
  const int size = GetParam();
  const auto data = DataStore().Images(v1::DATASET_FASHION_MNIST, size);
  ASSERT_TRUE(data.ok()) << data.status();
  const size_t pixels = static_cast<size_t>(size) * size;
  ForFiles([&](const testing::GoldenFile& file, const std::string& resized) {
    const std::span<const float> expected = file.at(resized).f32();
    const std::span<const int32_t> index = file.at("index").i32();
    for (size_t n = 0; n < index.size(); ++n) {
      ASSERT_LT(index[n], 60000);
      size_t at = index[n];
      const Examples* split = &(*data)->train;
      if (at >= 54000) {
        split = &(*data)->outer_valid;
        at -= 54000;
      } else if (at >= 48000) {
        split = &(*data)->inner_valid;
        at -= 48000;
      }
      EXPECT_EQ(split->labels[at], file.at("label").i32()[n]);
      for (size_t i = 0; i < pixels; ++i) {
        ASSERT_NEAR(split->images[at * pixels + i], expected[n * pixels + i], kPixelTolerance);
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Sizes, GoldenImages, ::testing::Values(8, 14, 16));

}  // namespace
}  // namespace paceline
