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

// Why ours is not the file's pipeline.
std::string Missing(const testing::GoldenFile& file) {
  const testing::GoldenOptions options(file.config);
  const std::string dataset = options.value("dataset", "?");
  if (dataset != "FashionMNIST") return "dataset " + dataset;
  if (options.value("method", "bilinear") != std::string("bilinear")) {
    return "method " + options.at("method").dump();
  }
  if (options.value("antialias", false)) return "antialiasing";
  if (!options.value("half_pixel_centers", true)) return "pixels whose centres are whole numbers";
  const std::string split = options.value("split", "train");
  if (split != "train" && split != "test") return "split " + split;
  options.value("scale", "");  // in words
  return options.Unread();
}

// Image `index` of the file's split, where the training file is in three parts.
std::pair<const Examples*, size_t> Find(const ImageData& data, const testing::GoldenFile& file,
                                        size_t index) {
  if (file.config.value("split", "train") == std::string("test")) return {&data.test, index};
  for (const Examples* part : {&data.train, &data.inner_valid, &data.outer_valid}) {
    if (index < part->count()) return {part, index};
    index -= part->count();
  }
  return {nullptr, index};
}

class GoldenImages : public ::testing::TestWithParam<int> {
 protected:
  // check(file, "resized_<size>") of every file that has the size.
  template <class Check>
  void ForFiles(const Check& check) {
    const std::string resized = fmt::format("resized_{}", GetParam());
    testing::CheckGoldenFiles("image_resize", [&](const testing::GoldenFile& file) -> std::string {
      if (!file.has(resized)) return "it has no " + resized;
      std::string missing = Missing(file);
      if (missing.empty()) check(file, resized);
      return missing;
    });
  }
};

TEST_P(GoldenImages, ResizedPixelsAreThoseOfTheLibrary) {
  const int size = GetParam();
  ForFiles([&](const testing::GoldenFile& file, const std::string& resized) {
    const Tensor& images = file.at("image");
    const auto side = static_cast<int>(images.shape[1]);
    const size_t pixels = static_cast<size_t>(side) * side;
    const std::span<const float> expected = file.at(resized).f32();
    const BilinearResizer resizer(side, size);
    std::vector<float> out(size * size);
    double largest = 0;
    for (int64_t n = 0; n < images.shape[0]; ++n) {
      resizer.Resize(images.u8().subspan(n * pixels, pixels), out);
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
  const auto data = DataStore().Images({v1::DATASET_FASHION_MNIST, static_cast<uint32_t>(size)});
  ASSERT_TRUE(data.ok()) << data.status();
  const size_t pixels = static_cast<size_t>(size) * size;
  ForFiles([&](const testing::GoldenFile& file, const std::string& resized) {
    const std::span<const float> expected = file.at(resized).f32();
    const std::span<const int32_t> index = file.at("index").i32();
    for (size_t n = 0; n < index.size(); ++n) {
      const auto [split, at] = Find(**data, file, index[n]);
      ASSERT_NE(split, nullptr) << index[n];
      ASSERT_LT(at, split->count());
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
