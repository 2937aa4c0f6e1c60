#include "common/noise/philox.h"

#include <gtest/gtest.h>

#include <array>

namespace paceline {
namespace {

using Words = std::array<uint32_t, 4>;

Words PhiloxOf(const Words& counter, const std::array<uint32_t, 2>& key) {
  const PhiloxPlace place = {{key[0], key[1]}, {counter[1], counter[2], counter[3]}};
  const auto block = Philox<lane::Scalar>(place, lane::ScalarU::Set(counter[0]));
  return {block.words[0].raw, block.words[1].raw, block.words[2].raw, block.words[3].raw};
}

// The known answers for philox4x32, 10 rounds, that the authors publish with Random123.
TEST(Philox, GivesThePublishedAnswerForZeros) {
  EXPECT_EQ(PhiloxOf({0, 0, 0, 0}, {0, 0}),
            (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
}

TEST(Philox, GivesThePublishedAnswerForOnes) {
  EXPECT_EQ(PhiloxOf({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(Philox, GivesThePublishedAnswerForTheDigitsOfPi) {
  EXPECT_EQ(PhiloxOf({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

}  // namespace
}  // namespace paceline
