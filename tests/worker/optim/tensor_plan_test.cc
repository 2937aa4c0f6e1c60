#include "common/lopt/plan/plan_tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "tests/testing/sample_optimizers.h"
#include "tests/testing/sample_problems.h"
#include "worker/optim/parts/staging_kernel.h"

namespace paceline {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

ParameterTensor TensorOf(const std::vector<int64_t>& shape) { return TensorsOf({shape})[0]; }

// Padded places in order: the element's number in the tensor, −1 for padding.
std::vector<float> Places(const TensorPlan& plan) {
  std::vector<float> numbers(plan.size);
  std::iota(numbers.begin(), numbers.end(), 1.0f);
  std::vector<float> padded(plan.padded_size(), std::nanf(""));
  Gather(lane::Solo(), plan, numbers.data(), padded.data());
  for (float& value : padded) value -= 1;
  return padded;
}

TEST(TensorPlan, AVectorOrScalarIsOnePaddedRow) {
  const TensorPlan vector = PlanFactored(TensorOf({5}));
  EXPECT_FALSE(vector.factored);
  EXPECT_EQ(vector.padded_size(), 16u);
  EXPECT_THAT(Places(vector),
              ElementsAre(0, 1, 2, 3, 4, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));
  EXPECT_EQ(PlanFactored(TensorOf({})).columns, 1u);
}

TEST(TensorPlan, ADenseWeightOfWholeLaneGroupsStaysWhereItIs) {
  const TensorPlan plan = PlanFactored(TensorOf({64, 32}));
  EXPECT_TRUE(plan.factored);
  EXPECT_TRUE(plan.in_place);
  EXPECT_EQ(plan.rows, 64u);
  EXPECT_FALSE(plan.columns_are_larger);
  EXPECT_TRUE(PlanFlat(TensorOf({64, 32})).in_place);
  EXPECT_FALSE(PlanFlat(TensorOf({7, 5})).in_place);
}

TEST(TensorPlan, IsTurnedWhereThatSavesPadding) {
  const TensorPlan plan = PlanFactored(TensorOf({32, 10}));
  EXPECT_EQ(plan.rows, 10u);
  EXPECT_EQ(plan.columns, 32u);
  EXPECT_TRUE(plan.columns_are_larger);
  EXPECT_FALSE(plan.in_place);
  EXPECT_EQ(plan.padded_size(), 320u);
  const std::vector<float> places = Places(plan);
  EXPECT_EQ(places[1], 10);
  EXPECT_EQ(places[32], 1);
}

TEST(TensorPlan, OfEqualAxesTheLaterCountsAsTheLarger) {
  const TensorPlan square = PlanFactored(TensorOf({6, 6}));
  EXPECT_EQ(square.column_stride, 1u);
  EXPECT_TRUE(square.columns_are_larger);
  // Axes by size: 1 (2), 0 (3), 2 (3): rows and columns are axes 0 and 2.
  const TensorPlan plan = PlanFactored(TensorOf({3, 2, 3}));
  EXPECT_EQ(plan.batches, 2u);
  EXPECT_EQ(plan.row_stride, 6u);
  EXPECT_EQ(plan.column_stride, 1u);
  EXPECT_TRUE(plan.columns_are_larger);
}

TEST(TensorPlan, OfAConvolutionsKernelTheWindowIsTheBatch) {
  const TensorPlan plan = PlanFactored(TensorOf({3, 3, 4, 6}));
  EXPECT_EQ(plan.batches, 9u);
  EXPECT_EQ(plan.rows * plan.columns, 24u);
  EXPECT_EQ(plan.BatchOffset(1), 24u);
}

TEST(TensorPlan, GatherAndScatterKeepEveryElement) {
  for (const auto& shape : std::vector<std::vector<int64_t>>{
           {}, {7}, {7, 5}, {32, 10}, {3, 3, 4, 6}, {6, 4, 3, 3}, {17, 3, 18}, {2, 2, 2, 2, 2}}) {
    const TensorPlan plan = PlanFactored(TensorOf(shape));
    std::vector<float> places = Places(plan);
    std::multiset<float> seen(places.begin(), places.end());
    EXPECT_EQ(seen.count(-1), plan.padded_size() - plan.size);
    for (size_t i = 0; i < plan.size; ++i) EXPECT_EQ(seen.count(static_cast<float>(i)), 1u);

    std::vector<float> back(plan.size, -5);
    Scatter(lane::Solo(), plan, places.data(), back.data());
    for (size_t i = 0; i < plan.size; ++i) EXPECT_EQ(back[i], static_cast<float>(i));
  }
}

}  // namespace
}  // namespace paceline
