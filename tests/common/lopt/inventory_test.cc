// θ of every optimizer of google/learned_optimization that we have, against the library's
// inventory: paths, shapes, and the statistics of its initial values over many initialisations.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/testing/golden_optimizer.h"

namespace paceline {
namespace {

using nlohmann::json;

json Inventory() {
  std::ifstream file(testing::GoldenFolder() + "/inventory.json");
  return json::parse(file)["optimizers"];
}

absl::StatusOr<v1::LearnedOptimizer> ConfigOf(const std::string& name, const json& entry) {
  json config = entry.at("config");
  config["optimizer"] = name.substr(0, name.find('('));
  return testing::GoldenOptimizer(config);
}

// Of one leaf over all initialisations.
void CompareStatistics(const json& init, const ThetaLeaf& leaf,
                       const std::vector<std::vector<float>>& thetas) {
  double sum = 0, squares = 0, largest = 0;
  for (const std::vector<float>& theta : thetas) {
    for (size_t i = leaf.offset; i < leaf.offset + leaf.size; ++i) {
      sum += theta[i];
      largest = std::max<double>(largest, std::abs(theta[i]));
    }
  }
  const double count = static_cast<double>(leaf.size * thetas.size());
  for (const std::vector<float>& theta : thetas) {
    for (size_t i = leaf.offset; i < leaf.offset + leaf.size; ++i) {
      squares += (theta[i] - sum / count) * (theta[i] - sum / count);
    }
  }
  // Both sides are samples: their standard errors add.
  const double expected = init.at("std");
  const double standard_error = expected / std::sqrt(count);
  EXPECT_NEAR(sum / count, init.at("mean").get<double>(), 7 * standard_error + 1e-5) << leaf.path;
  EXPECT_NEAR(std::sqrt(squares / count), expected, 6 * standard_error + 1e-5) << leaf.path;
  const double most = init.at("max_abs");
  EXPECT_NEAR(largest, most, 0.1 * most + 1e-5) << leaf.path;
}

TEST(Inventory, EveryLeafHasTheLibrarysPathShapeAndInitialStatistics) {
  PACELINE_SKIP_WITHOUT_GOLDEN();
  int checked = 0;
  const json inventory = Inventory();
  for (const auto& [name, entry] : inventory.items()) {
    SCOPED_TRACE(name);
    const auto config = ConfigOf(name, entry);
    if (!config.ok()) {
      std::printf("%s is not one of ours\n", name.c_str());
      continue;
    }
    const ThetaLayout layout = LayoutOf(*config);
    EXPECT_EQ(layout.size, entry.at("count").get<size_t>());
    ++checked;
    if (!entry.contains("theta")) continue;
    ASSERT_EQ(layout.leaves.size(), entry.at("theta").size());
    std::vector<std::vector<float>> thetas;
    for (unsigned key = 0; key < (layout.size > 20000 ? 8 : 40); ++key) {
      thetas.push_back(InitialTheta(layout, key));
    }
    for (const json& expected : entry.at("theta")) {
      const ThetaLeaf& leaf = layout.leaf(expected.at("path"));
      EXPECT_EQ(leaf.shape, expected.at("shape").get<std::vector<int64_t>>()) << leaf.path;
      if (expected.contains("init")) CompareStatistics(expected.at("init"), leaf, thetas);
    }
  }
  EXPECT_GE(checked, 8);
}

}  // namespace
}  // namespace paceline
