#include "coordinator/store/retention.h"

#include <algorithm>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;

std::vector<CheckpointRow> Rows(const std::vector<int64_t>& steps,
                                const std::set<int64_t>& marked = {}) {
  std::vector<CheckpointRow> rows;
  for (const int64_t step : steps) {
    rows.push_back(
        {.step = step, .theta_sha256 = "", .state_sha256 = "", .marked = marked.contains(step)});
  }
  return rows;
}

TEST(RetentionTest, KeepsTheNewestTheSpacedAndTheMarked) {
  const struct {
    const char* name;
    std::vector<int64_t> steps;
    std::set<int64_t> marked;
    RetentionPolicy policy;
    std::vector<int64_t> removed;
  } cases[] = {
      {"none", {}, {}, {2, 10}, {}},
      {"as many as are kept", {5, 10}, {}, {2, 10}, {}},
      {"one more", {5, 10, 15}, {}, {2, 10}, {5}},
      {"in any order", {15, 5, 10}, {}, {2, 10}, {5}},
      {"every second is needed", {5, 10, 15, 20, 25, 30}, {}, {2, 10}, {5, 15}},
      {"marked ones stay", {5, 10, 15, 20, 25, 30}, {5}, {2, 10}, {10, 20}},
      {"a gap is not made wider", {5, 40, 45, 50}, {}, {2, 10}, {}},
      {"odd steps", {3, 7, 12, 13, 21, 22, 23}, {}, {2, 10}, {3, 12, 21}},
      {"the last of a job", {5, 10, 15, 20, 22}, {}, {1, 10}, {5, 15}},
      {"spacing of one", {1, 2, 3, 4}, {}, {1, 1}, {}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(CheckpointsToRemove(Rows(c.steps, c.marked), c.policy), c.removed) << c.name;
  }
}

// What a job of 100,000 outer steps comes to.
TEST(RetentionTest, OfALongJobFewAreLeftAndEveryThetaIsNear) {
  constexpr int64_t kEvery = 50, kSteps = 100'000;
  const RetentionPolicy policy = RetentionOf(20, kEvery);
  EXPECT_EQ(policy.spacing_steps, 1000);
  std::vector<CheckpointRow> rows;
  for (int64_t step = kEvery; step <= kSteps; step += kEvery) {
    rows.push_back(Rows({step})[0]);
    for (const int64_t removed : CheckpointsToRemove(rows, policy)) {
      std::erase_if(rows, [&](const CheckpointRow& row) { return row.step == removed; });
    }
    ASSERT_THAT(CheckpointsToRemove(rows, policy), ElementsAre()) << step;
    ASSERT_LE(std::ssize(rows), 20 + step / policy.spacing_steps);
    int64_t before = 0;
    for (const CheckpointRow& row : rows) {
      ASSERT_LE(row.step - before, policy.spacing_steps) << step;
      before = row.step;
    }
  }
  for (int64_t newest = kSteps; newest > kSteps - 20 * kEvery; newest -= kEvery) {
    EXPECT_TRUE(std::ranges::any_of(rows, [&](const auto& row) { return row.step == newest; }));
  }
}

}  // namespace
}  // namespace paceline
