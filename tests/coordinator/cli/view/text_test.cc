#include "coordinator/cli/view/text.h"

#include <limits>

#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(TextTest, DurationsHaveTwoUnitsAtMost) {
  EXPECT_EQ(DurationText(0.4), "0 s");
  EXPECT_EQ(DurationText(59.4), "59 s");
  EXPECT_EQ(DurationText(200), "3 min 20 s");
  EXPECT_EQ(DurationText(7500), "2 h 05 min");
  EXPECT_EQ(DurationText(4 * 86400 + 3 * 3600), "4 d 3 h");
  EXPECT_EQ(DurationText(std::numeric_limits<double>::quiet_NaN()), "?");
}

TEST(TextTest, CountsHaveThreeDigits) {
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(950), "950");
  EXPECT_EQ(CountText(18'240), "18.2k");
  EXPECT_EQ(CountText(999'900), "1.00M");
  EXPECT_EQ(CountText(3.4e9), "3.40G");
}

}  // namespace
}  // namespace paceline
