#include <gtest/gtest.h>

#include <cmath>

#include "common/lopt/layout.h"

namespace paceline {
namespace {

v1::LearnedOptimizer MlpLopt() {
  v1::LearnedOptimizer config;
  config.mutable_mlp_lopt()->set_hidden(32);
  config.mutable_mlp_lopt()->set_layers(2);
  return config;
}

TEST(InitialTheta, IsAFunctionOfTheKey) {
  const ThetaLayout layout = LayoutOf(MlpLopt());
  EXPECT_EQ(InitialTheta(layout, 7), InitialTheta(layout, 7));
  EXPECT_NE(InitialTheta(layout, 7), InitialTheta(layout, 8));
}

TEST(InitialTheta, BiasesAreZeroAndWeightsStayWithinTwoDeviations) {
  const ThetaLayout layout = LayoutOf(MlpLopt());
  const std::vector<float> theta = InitialTheta(layout, 3);
  for (const ThetaLeaf& leaf : layout.leaves) {
    const bool weight = leaf.path.ends_with("/w");
    const float bound = weight ? 2 / std::sqrt(static_cast<float>(leaf.shape[0])) : 0;
    for (size_t i = 0; i < leaf.size; ++i) {
      EXPECT_LE(std::abs(theta[leaf.offset + i]), bound * 1.000001f) << leaf.path;
    }
    if (weight) {
      EXPECT_NE(theta[leaf.offset], theta[leaf.offset + 1]);
    }
  }
}

}  // namespace
}  // namespace paceline
