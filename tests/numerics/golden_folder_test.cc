// The golden folder as a whole.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <set>

#include "tests/testing/golden.h"

namespace paceline {
namespace {

TEST(GoldenFolder, FilesOfKindsThatNoTestKnowsAreListed) {
  PACELINE_SKIP_WITHOUT_GOLDEN();
  const std::set<std::string> known = {
      "baseline_trajectory",  "image_resize", "inner_training",    "inner_training_long",
      "optimizer_trajectory", "schedules",    "task_augmentation", "task_gradient"};
  size_t files = 0;
  std::set<std::string> left_out;
  for (const auto& entry : std::filesystem::directory_iterator(testing::GoldenFolder())) {
    if (entry.path().extension() != ".safetensors") continue;
    const auto file = testing::LoadGolden(entry.path().string());
    ASSERT_TRUE(file.ok()) << file.status();
    ++files;
    if (known.contains(file->kind)) continue;
    left_out.insert(file->name + ": kind " + file->kind);
  }
  for (const std::string& line : left_out) std::printf("  not supported: %s\n", line.c_str());
  std::printf("%zu of %zu files are of kinds that are not supported\n", left_out.size(), files);
  EXPECT_GT(files, 0u);
}

TEST(GoldenOptions, WhatNobodyHasReadIsNamed) {
  const nlohmann::json config = {
      {"task", "image_mlp"}, {"hidden", 3}, {"f32_vs_f64", 1}, {"dropout", 0.5}, {"norm", "layer"}};
  const testing::GoldenOptions options(config);
  EXPECT_EQ(options.at("hidden"), 3);
  EXPECT_EQ(options.Unread(), "options that are not known here: dropout, norm");
  EXPECT_EQ(options.value("dropout", 0.0), 0.5);
  EXPECT_EQ(options.value("norm", "none"), "layer");
  EXPECT_EQ(options.value("bias", true), true);
  EXPECT_EQ(options.Unread(), "");
}

}  // namespace
}  // namespace paceline
