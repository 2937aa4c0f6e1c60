#include "common/footprint/machine_memory.h"

#include "gtest/gtest.h"

namespace paceline {
namespace {

constexpr char kMeminfo[] =
    "MemTotal:       24684084 kB\nMemFree:        24161432 kB\nMemAvailable:       2000 kB\n";

TEST(MachineMemory, WhatIsAvailableIsTheKernelsWordOrWhatTheGroupHasLeft) {
  EXPECT_EQ(AvailableMemory(kMeminfo, std::nullopt, 0), uint64_t{2000 * 1024});
  EXPECT_EQ(AvailableMemory(kMeminfo, 900'000, 400'000), uint64_t{500'000});
  EXPECT_EQ(AvailableMemory(kMeminfo, 400'000, 900'000), uint64_t{0});
  EXPECT_EQ(AvailableMemory(kMeminfo, 1'000'000'000, 0), uint64_t{2000 * 1024});
  EXPECT_EQ(AvailableMemory("nothing", std::nullopt, 0), uint64_t{0});
  EXPECT_EQ(AvailableMemory("nothing", 70, 20), uint64_t{50});
}

TEST(MachineMemory, ThisMachineHasSome) { EXPECT_GT(AvailableMemory(), uint64_t{1'000'000}); }

TEST(MachineMemory, SizesAreReadAndWritten) {
  EXPECT_EQ(ParseBytes("512M"), uint64_t{512'000'000});
  EXPECT_EQ(ParseBytes("1.5GB"), uint64_t{1'500'000'000});
  EXPECT_EQ(ParseBytes("20k"), uint64_t{20'000});
  EXPECT_EQ(ParseBytes("123"), uint64_t{123});
  for (const char* bad : {"", "G", "-1G", "0", "nan", "12Q", "12 G", "1e30"}) {
    EXPECT_EQ(ParseBytes(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(BytesText(999), "999 B");
  EXPECT_EQ(BytesText(101984), "102 kB");
  EXPECT_EQ(BytesText(4'770'000), "4.77 MB");
  EXPECT_EQ(BytesText(16'000'000'000), "16.0 GB");
}

}  // namespace
}  // namespace paceline
