#include "common/text/printable.h"

#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(PrintableTest, WhatATerminalObeysIsNotPrinted) {
  EXPECT_EQ(Printable("a\x1b[31mb\nc"), "a [31mb c");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "31m\x7f"),
            " 31m ");
}

TEST(PrintableTest, OtherLettersStay) {
  EXPECT_EQ(Printable("μ–é \xC2\xA0"), "μ–é \xC2\xA0");
  EXPECT_EQ(Printable("\xC2"), "\xC2");
}

}  // namespace
}  // namespace paceline
