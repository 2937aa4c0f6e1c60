#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paceline/plugin.h"

namespace paceline::plugin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

TEST(Settings, AreReadByKeyAndType) {
  const Settings settings({"width=32", "rate=-1.5e2", "name=a=b", "empty="});
  EXPECT_EQ(settings.Whole("width", 1, 1, 32), 32);
  EXPECT_EQ(settings.Number("rate", 0), -150);
  EXPECT_EQ(settings.Text("name", ""), "a=b");
  EXPECT_EQ(settings.Text("empty", "x"), "");
  EXPECT_EQ(settings.Whole("other", 7, 0, 1), 7);
}

TEST(Settings, WhatIsNoNumberOrOutOfRangeIsToldWithWhatWouldBeRight) {
  const Settings settings({"width=32x", "depth=9", "rate=nan"});
  EXPECT_THAT([&] { settings.Whole("width", 1, 1, 64); },
              ThrowsMessage<std::invalid_argument>(
                  "setting width is \"32x\"; it must be a whole number from 1 to 64"));
  EXPECT_THAT([&] { settings.Whole("depth", 1, 1, 8); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("from 1 to 8")));
  EXPECT_THAT([&] { settings.Number("rate", 1); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("must be a number")));
}

TEST(Settings, KeysThatNobodyAskedForAreKnown) {
  const Settings settings({"width=1", "widht=2"});
  settings.Whole("width", 1, 0, 9);
  EXPECT_THAT(settings.unread(), ElementsAre("widht"));
  settings.Text("widht", "");
  EXPECT_THAT(settings.unread(), IsEmpty());
}

}  // namespace
}  // namespace paceline::plugin
