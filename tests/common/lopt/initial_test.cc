#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/lopt/layout.h"
#include "tests/testing/golden.h"

namespace paceline {
namespace {

using nlohmann::json;

v1::LearnedOptimizer MlpLopt() {
  v1::LearnedOptimizer config;
  config.mutable_mlp_lopt()->set_hidden(32);
  config.mutable_mlp_lopt()->set_layers(2);
  return config;
}

v1::LearnedOptimizer AdafacMlp(int hidden) {
  v1::LearnedOptimizer config;
  config.mutable_adafac_mlp()->set_hidden(hidden);
  config.mutable_adafac_mlp()->set_layers(2);
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

struct Moments {
  double mean = 0, stddev = 0, largest = 0;
};

Moments MomentsOver(const ThetaLayout& layout, const ThetaLeaf& leaf, int keys) {
  std::vector<double> values;
  for (int key = 0; key < keys; ++key) {
    const std::vector<float> theta = InitialTheta(layout, key);
    const auto begin = theta.begin() + leaf.offset;
    values.insert(values.end(), begin, begin + leaf.size);
  }
  Moments moments;
  for (const double value : values) moments.mean += value / values.size();
  double variance = 0;
  for (const double value : values) {
    variance += (value - moments.mean) * (value - moments.mean) / values.size();
    moments.largest = std::max(moments.largest, std::abs(value));
  }
  moments.stddev = std::sqrt(variance);
  return moments;
}

// The library's statistics are over 40 initialisations, ours too: the two standard errors add.
void CompareWithInventory(const json& expected, const v1::LearnedOptimizer& config) {
  const ThetaLayout layout = LayoutOf(config);
  EXPECT_EQ(layout.size, expected["count"].get<size_t>());
  ASSERT_EQ(layout.leaves.size(), expected["theta"].size());
  for (const json& entry : expected["theta"]) {
    const ThetaLeaf& leaf = layout.leaf(entry["path"]);
    EXPECT_EQ(leaf.shape, entry["shape"].get<std::vector<int64_t>>()) << leaf.path;
    const Moments moments = MomentsOver(layout, leaf, 40);
    const json& init = entry["init"];
    const double standard_error = init["std"].get<double>() / std::sqrt(40.0 * leaf.size);
    EXPECT_NEAR(moments.mean, init["mean"].get<double>(), 6 * standard_error + 1e-5) << leaf.path;
    EXPECT_NEAR(moments.stddev, init["std"].get<double>(), 5 * standard_error + 1e-5) << leaf.path;
    EXPECT_NEAR(moments.largest, init["max_abs"].get<double>(),
                0.05 * init["max_abs"].get<double>() + 1e-5)
        << leaf.path;
  }
}

TEST(InitialTheta, HasTheLibrarysPathsShapesAndStatistics) {
  PACELINE_SKIP_WITHOUT_GOLDEN();
  std::ifstream file(testing::GoldenFolder() + "/inventory.json");
  const json inventory = json::parse(file);
  const json& optimizers = inventory["optimizers"];
  CompareWithInventory(optimizers["MLPLOpt"], MlpLopt());
  CompareWithInventory(optimizers["AdafacMLPLOpt"], AdafacMlp(4));
  CompareWithInventory(optimizers["AdafacMLPLOpt(hidden_size=32)"], AdafacMlp(32));
  v1::LearnedOptimizer config;
  config.mutable_mlp_nom_lopt()->set_hidden(4);
  config.mutable_mlp_nom_lopt()->set_layers(2);
  CompareWithInventory(optimizers["MLPNomLOpt"], config);
  config.mutable_learnable_sgd()->set_learning_rate(0.01);
  CompareWithInventory(optimizers["LearnableSGD"], config);
  config.mutable_learnable_sgdm()->set_learning_rate(0.01);
  config.mutable_learnable_sgdm()->set_momentum(0.9);
  CompareWithInventory(optimizers["LearnableSGDM"], config);
}

}  // namespace
}  // namespace paceline
