#include "worker/snapshot/snapshot_name.h"

#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(SnapshotName, IsReadBackFromItsFile) {
  EXPECT_EQ(FileName({.block = 3, .step = 120, .theta_hash = 0xc0ffee00}),
            "block-3-step-120-theta-00000000c0ffee00.safetensors");
  for (const SnapshotName& name : std::vector<SnapshotName>{
           {.block = 0, .step = 1, .theta_hash = 0},
           {.block = std::numeric_limits<uint32_t>::max(),
           .step = std::numeric_limits<int64_t>::max(),
           .theta_hash = std::numeric_limits<uint64_t>::max()},
       }) {
    EXPECT_EQ(ParseFileName(FileName(name)), name);
  }
}

TEST(SnapshotName, OtherFilesAreNone) {
  for (const char* file : {
           "",
           "block-3-step-120-theta-00000000c0ffee00",
           "block-3-step-0-theta-00000000c0ffee00.safetensors",
           "block-3-step--1-theta-00000000c0ffee00.safetensors",
           "block--3-step-1-theta-00000000c0ffee00.safetensors",
           "block-03-step-1-theta-00000000c0ffee00.safetensors",
           "block-3-step-120-theta-c0ffee00.safetensors",
           "block-3-step-120-theta-00000000C0FFEE00.safetensors",
           "block-3-step-120-theta-00000000c0ffee00.safetensors.tmp",
           "block-3-step-120-theta-00000000c0ffee00.safetensors.bak",
           "block-4294967296-step-1-theta-00000000c0ffee00.safetensors",
           "theta-000050.safetensors",
       }) {
    EXPECT_EQ(ParseFileName(file), std::nullopt) << file;
  }
}

TEST(SnapshotName, OnlyWhatAWriterLeftIsUnfinished) {
  const std::string file = FileName({.block = 3, .step = 120, .theta_hash = 1});
  EXPECT_TRUE(IsUnfinished(file + ".4711-3.tmp"));
  EXPECT_FALSE(IsUnfinished(file));
  EXPECT_FALSE(IsUnfinished(file + ".bak"));
  EXPECT_FALSE(IsUnfinished("notes.safetensors.4711-3.tmp"));
  EXPECT_FALSE(IsUnfinished("notes.tmp"));
}

}  // namespace
}  // namespace paceline
