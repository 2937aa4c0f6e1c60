// The range that the coordinator holds answers against is the tasks' own.
#include "common/task/meta_loss_range.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/testing/shared_data.h"
#include "tests/testing/small_networks.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

std::vector<v1::Task> Tasks() {
  std::vector<v1::Task> tasks = testing::SmallNetworks();
  for (const std::string text : {
           "image_mlp { dataset: DATASET_FASHION_MNIST size: 8 hidden: 4 batch: 4 "
           "activation: ACTIVATION_RELU }",
           "image_mlp { dataset: DATASET_FASHION_MNIST size: 8 hidden: 4 batch: 4 "
           "activation: ACTIVATION_RELU meta_loss: META_LOSS_PARAMETRIC }",
           "quadratic { dimension: 3 kind: QUADRATIC_KIND_PLAIN }",
           "quadratic { dimension: 3 kind: QUADRATIC_KIND_TARGET }",
           "quadratic { dimension: 3 kind: QUADRATIC_KIND_LOG }",
           "quadratic { dimension: 3 kind: QUADRATIC_KIND_NOISY_GRADIENT }",
           "policy_gradient { environment: ENVIRONMENT_CART_POLE hidden: 4 batch: 2 horizon: 7 "
           "activation: ACTIVATION_TANH init: INITIALIZER_STANDARD init_scale: 1 }",
           "policy_gradient { environment: ENVIRONMENT_PENDULUM batch: 2 "
           "activation: ACTIVATION_TANH init: INITIALIZER_STANDARD init_scale: 1 }",
           "influence_balancing { loss_every: 1 }",
           "lorenz {}",
           "toy_schedule { steps: 5 }",
       }) {
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &tasks.emplace_back())) << text;
  }
  return tasks;
}

TEST(MetaLossRangeTest, HoldsWhateverTheLossIs) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const v1::Task& config : Tasks()) {
    SCOPED_TRACE(config.ShortDebugString());
    const auto task = MakeTask(config, SharedData());
    ASSERT_TRUE(task.ok()) << task.status();
    const MetaLossRange range = MetaLossRangeOf(config);
    EXPECT_EQ(range.high, (*task)->meta_loss_bound());
    EXPECT_EQ((*task)->MetaLoss(std::nanf("")), range.high);
    for (const float loss : {-kInfinity, -1e38f, -1e7f, -1.f, 0.f, 0.3f, 1.f, 20.f, 1e7f, 1e38f,
                             kInfinity, std::nanf("")}) {
      EXPECT_GE((*task)->MetaLoss(loss), range.low) << loss;
      EXPECT_LE((*task)->MetaLoss(loss), range.high) << loss;
    }
    EXPECT_EQ((*task)->MetaLoss(-1e38f), range.low) << "the range is wider than it need be";
  }
}

}  // namespace
}  // namespace paceline
