#include "common/baseline/knob.h"

#include <gtest/gtest.h>

#include "common/baseline/rules.h"

namespace paceline {
namespace {

const Knob kRate = {.name = "learning_rate",
                    .label = "rate",
                    .domain = Domain::kPositive,
                    .scale = Scale::kLog,
                    .low = 1e-4,
                    .high = 1};
const Knob kDecay = {.name = "beta1",
                     .label = "β₁",
                     .domain = Domain::kDecay,
                     .scale = Scale::kLogOfComplement,
                     .low = 0.9,
                     .high = 0.9999};
const Knob kPart = {
    .name = "warmup", .label = "warm-up", .domain = Domain::kFraction, .low = 0.1, .high = 0.3};
const Knob kWord = {.name = "schedule",
                    .label = "schedule",
                    .scale = Scale::kChoice,
                    .choices = {0, 1, 2, 3},
                    .drawn = 3};

TEST(KnobTest, DrawsAreUniformOnTheKnobsScale) {
  EXPECT_DOUBLE_EQ(KnobAt(kRate, 0), 1e-4);
  EXPECT_NEAR(KnobAt(kRate, 0.5), 1e-2, 1e-12);
  EXPECT_NEAR(KnobAt(kDecay, 1.0 / 3), 0.99, 1e-12);
  EXPECT_NEAR(KnobAt(kPart, 0.5), 0.2, 1e-15);
}

TEST(KnobTest, ChoicesAreDrawnEquallyOftenAndOnlyTheFirst) {
  EXPECT_EQ(KnobAt(kWord, 0), 0);
  EXPECT_EQ(KnobAt(kWord, 0.34), 1);
  EXPECT_EQ(KnobAt(kWord, 0.999), 2);
}

TEST(KnobTest, PlacesAreTheInverseOfDraws) {
  for (const Knob& knob : {kRate, kDecay, kPart}) {
    for (const double uniform : {0.0, 0.2, 0.7}) {
      EXPECT_NEAR(PlaceOf(knob, KnobAt(knob, uniform)), uniform, 1e-12) << knob.name;
    }
    EXPECT_EQ(PlaceOf(knob, knob.high), 1) << knob.name;
  }
  EXPECT_EQ(PlaceOf(kRate, 1e-9), 0);
  EXPECT_EQ(PlaceOf(kRate, 0), 0);
  EXPECT_EQ(PlaceOf(kWord, 1), 0.5);
  EXPECT_EQ(PlaceOf(kWord, 3), 1);
}

TEST(KnobTest, ARangeWidensTenfoldAsFarAsItsDomainGoes) {
  EXPECT_DOUBLE_EQ(Widened(kRate, Side::kHigh).high, 10);
  EXPECT_DOUBLE_EQ(Widened(kRate, Side::kLow).low, 1e-5);
  EXPECT_NEAR(Widened(kDecay, Side::kHigh).high, 0.99999, 1e-12);
  EXPECT_NEAR(Widened(kDecay, Side::kLow).low, 0, 1e-12);
  EXPECT_NEAR(Widened(kPart, Side::kHigh).high, 0.5, 1e-12);
  EXPECT_EQ(Widened(kPart, Side::kLow).low, 0);
  EXPECT_EQ(Widened(kWord, Side::kHigh).choices, kWord.choices);
}

}  // namespace
}  // namespace paceline
