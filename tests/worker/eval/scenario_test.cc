#include "worker/eval/scenario.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using testing::ElementsAre;

std::vector<std::string> Keys(const std::vector<Scenario>& scenarios) {
  std::vector<std::string> keys;
  for (const Scenario& scenario : scenarios) keys.push_back(scenario.key);
  return keys;
}

v1::Task ImageMlp(const std::vector<uint32_t>& hidden) {
  v1::Task task;
  task.mutable_image_mlp()->set_dataset(v1::DATASET_FASHION_MNIST);
  task.mutable_image_mlp()->set_size(8);
  task.mutable_image_mlp()->set_activation(v1::ACTIVATION_LEAKY_RELU);
  task.mutable_image_mlp()->set_batch(128);
  task.mutable_image_mlp()->mutable_hidden()->Assign(hidden.begin(), hidden.end());
  return task;
}

TEST(ScenarioTest, AllHiddenLayersAreDoubledAndHalved) {
  const auto scenarios = MakeScenarios(ImageMlp({32, 9}), 200);
  EXPECT_THAT(Keys(scenarios), ElementsAre("own", "wider", "narrower", "longer"));
  EXPECT_THAT(scenarios[0].task.image_mlp().hidden(), ElementsAre(32, 9));
  EXPECT_THAT(scenarios[1].task.image_mlp().hidden(), ElementsAre(64, 18));
  EXPECT_THAT(scenarios[2].task.image_mlp().hidden(), ElementsAre(16, 4));
}

TEST(ScenarioTest, OnlyTheLastScenarioIsLonger) {
  const auto scenarios = MakeScenarios(ImageMlp({32}), 200);
  EXPECT_EQ(scenarios[0].steps, 200);
  EXPECT_EQ(scenarios[1].steps, 200);
  EXPECT_EQ(scenarios[3].steps, 400);
}

TEST(ScenarioTest, ATaskWithoutHiddenLayersHasNoOtherWidth) {
  EXPECT_THAT(Keys(MakeScenarios(ImageMlp({}), 200)), ElementsAre("own", "longer"));
}

TEST(ScenarioTest, AQuadraticsWidthIsItsDimension) {
  v1::Task task;
  task.mutable_quadratic()->set_dimension(1);
  const auto scenarios = MakeScenarios(task, 200);
  EXPECT_THAT(Keys(scenarios), ElementsAre("own", "wider", "longer"));
  EXPECT_EQ(scenarios[1].task.quadratic().dimension(), 2u);
}

TEST(ScenarioTest, TasksAreNamedInWords) {
  EXPECT_EQ(TaskText(ImageMlp({32, 16})),
            "fashion_mnist 8x8, hidden [32, 16], leaky_relu, batch 128");
  v1::Task task;
  task.mutable_quadratic()->set_dimension(4);
  task.mutable_quadratic()->set_kind(v1::QUADRATIC_KIND_PLAIN);
  EXPECT_EQ(TaskText(task), "quadratic plain, 4 dimensions");
}

}  // namespace
}  // namespace paceline
