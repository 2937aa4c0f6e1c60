#include "worker/reference/network.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "worker/reference/factored.h"

namespace paceline {
namespace {

TEST(TimeFeatures, AreTanhOfTimeOverScaleMinusOneForEachRun) {
  const double scales[] = {1, 3, 10, 30, 100, 300, 1e3, 3e3, 1e4, 3e4, 1e5};
  const std::vector<double> iterations = {0, 1, 250, 70000};
  const at::Tensor features = TimeFeatures(at::tensor(iterations, at::kFloat));
  ASSERT_EQ(features.sizes(), (at::IntArrayRef{4, 11}));
  for (int64_t run = 0; run < 4; ++run) {
    for (int64_t i = 0; i < 11; ++i) {
      EXPECT_NEAR(features[run][i].item<double>(), std::tanh(iterations[run] / scales[i] - 1),
                  1e-6);
    }
  }
}

TEST(AxesToFactor, AreTheTwoLargestAndALaterAxisWinsATie) {
  struct Case {
    std::vector<int64_t> shape;
    size_t largest, second;
  };
  const Case cases[] = {{{7, 5}, 0, 1},       {{5, 7}, 1, 0},    {{6, 6}, 1, 0},
                        {{3, 3, 4, 6}, 3, 2}, {{1, 8}, 1, 0},    {{5, 3, 5}, 2, 0},
                        {{3, 3, 1, 2}, 1, 0}, {{2, 2, 2}, 2, 1}, {{1, 1}, 1, 0}};
  for (const Case& c : cases) {
    const FactoredAxes axes = AxesToFactor(c.shape);
    EXPECT_EQ(axes.largest, c.largest) << at::IntArrayRef(c.shape);
    EXPECT_EQ(axes.second, c.second) << at::IntArrayRef(c.shape);
  }
}

}  // namespace
}  // namespace paceline
