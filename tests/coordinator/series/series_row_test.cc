#include "coordinator/series/series_row.h"

#include <cmath>

#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(SeriesRowTest, MetricsHaveTheirPlacesAndTasksComeBehind) {
  EXPECT_EQ(MetricOf("loss", 0), 0u);
  EXPECT_EQ(MetricOf("staleness", 2), MetricsOf(0) - 1);
  EXPECT_EQ(MetricOf("task:0", 2), MetricsOf(0));
  EXPECT_EQ(MetricOf("task:1", 2), MetricsOf(0) + 1);
  for (const char* none :
       {"", "Loss", "task:", "task:2", "task:-1", "task:1x", "task:99999999999"}) {
    EXPECT_FALSE(MetricOf(none, 2).has_value()) << none;
  }
}

TEST(SeriesRowTest, WhatARecordLacksIsNoNumber) {
  v1::OuterStepRecord record;
  record.set_gradient_norm(3);
  record.set_inner_steps(100);
  record.set_seconds(2);
  const auto bare = SeriesRowOf(record, 1);
  ASSERT_EQ(bare.size(), MetricsOf(1));
  EXPECT_EQ(bare[*MetricOf("gradient_norm", 1)], 3);
  EXPECT_EQ(bare[*MetricOf("inner_steps_per_second", 1)], 50);
  for (const char* none : {"loss", "loss_spread", "theta_norm", "staleness", "task:0"}) {
    EXPECT_TRUE(std::isnan(bare[*MetricOf(none, 1)])) << none;
  }
  record.set_mean_loss(0.5);
  record.add_answer_ages(3);
  record.add_answer_ages(1);
  v1::TaskLoss& loss = *record.add_task_losses();
  loss.set_mean_loss(0.25);
  v1::TaskLoss& stray = *record.add_task_losses();
  stray.set_task(7);
  const auto full = SeriesRowOf(record, 1);
  EXPECT_EQ(full[*MetricOf("loss", 1)], 0.5f);
  EXPECT_EQ(full[*MetricOf("staleness", 1)], 0.25f);
  EXPECT_EQ(full[*MetricOf("task:0", 1)], 0.25f);
}

}  // namespace
}  // namespace paceline
