#include "worker/data/own_images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/testing/plugin_files.h"
#include "worker/data/dataset.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

DataStore& Store() {
  static DataStore* store =
      new DataStore("/nowhere", "", PluginTable::Load({PluginFile("plugin_images")}).value());
  return *store;
}

ImageUse Use(const std::string& name) {
  ImageUse use{.dataset = v1::DATASET_OWN};
  v1::OwnImages& own = *use.options.mutable_own();
  own.mutable_plugin()->set_digest(FileDigest(PluginFile("plugin_images")));
  own.set_name(name);
  own.set_height(6);
  own.set_width(6);
  own.set_channels(1);
  own.set_classes(2);
  return use;
}

TEST(OwnImages, AreSplitAndScaledAsAnyImages) {
  const auto images = Store().Images(Use("bars"));
  ASSERT_TRUE(images.ok()) << images.status();
  EXPECT_EQ((*images)->train.count(), 160u);
  EXPECT_EQ((*images)->inner_valid.count(), 20u);
  EXPECT_EQ((*images)->outer_valid.count(), 20u);
  EXPECT_EQ((*images)->test.count(), 40u);
  EXPECT_EQ((*images)->classes, 2);
  // A bar of six white pixels, in a row or a column, and grey around it.
  for (size_t n = 0; n < 160; ++n) {
    const float* image = &(*images)->train.images[n * 36];
    EXPECT_EQ(std::count(image, image + 36, 1.0f), 6) << n;
    const bool stands = (*images)->train.labels[n] == 1;
    const float* first = std::find(image, image + 36, 1.0f);
    EXPECT_EQ(first[stands ? 6 : 1], 1) << n;
  }
  EXPECT_NE((*images)->train.images, (*images)->test.images);
}

TEST(OwnImages, AreTheSameAgainAndKnownByTheirDigest) {
  const auto first = Store().Digest(Use("bars"));
  DataStore other("/nowhere", "", PluginTable::Load({PluginFile("plugin_images")}).value());
  const auto second = other.Digest(Use("bars"));
  ASSERT_TRUE(first.ok() && second.ok()) << first.status();
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(first->name, "own bars " + FileDigest(PluginFile("plugin_images")).substr(0, 16));
}

void ExpectRefused(const ImageUse& use, const std::string& words) {
  const absl::Status status = Store().Images(use).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(words));
}

TEST(OwnImages, WhatThePluginDoesWrongIsToldWithItsName) {
  ExpectRefused(Use("wrong_label"), "has test images with the label 2; expected 0 to 1");
  ExpectRefused(Use("too_few"), "has training images with 20 labels and 719 pixels; 720 are");
  ExpectRefused(Use("throws"), "data set throws of plug-in plugin_images.so (");
  ExpectRefused(Use("throws"), "throws: the disk is gone");
  ExpectRefused(Use("circles"), "has no data set circles; it has bars, wrong_label");
  ImageUse wide = Use("bars");
  wide.options.mutable_own()->set_width(7);
  ExpectRefused(wide, "has training images of 6 x 6 x 1; images.own says 6 x 7 x 1");
}

TEST(OwnImages, APluginThatIsNotLoadedMayBeElsewhere) {
  DataStore without("/nowhere", "");
  const absl::Status status = without.Images(Use("bars")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace paceline
