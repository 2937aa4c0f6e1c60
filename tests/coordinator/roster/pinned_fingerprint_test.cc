#include "coordinator/roster/pinned_fingerprint.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(PinnedFingerprint, IsReadBackFromItsText) {
  const PinnedFingerprint pins[] = {
      {},
      {.engine = "fused; engine 1", .data = {}},
      {.engine = "torch", .data = {{"fashion_mnist", "01ab"}, {"digits", "02"}}},
      // Names may have spaces.
      {.engine = "fused",
       .data = {{"folder own/birds", "03"}, {"own bars 0123456789abcdef", "04"}}},
  };
  for (const PinnedFingerprint& pin : pins) {
    EXPECT_EQ(ParsePinned(pin.ToText()), pin) << pin.ToText();
  }
  EXPECT_EQ(pins[3].ToText(), "fused; data folder own/birds 03; data own bars 0123456789abcdef 04");
}

}  // namespace
}  // namespace paceline
