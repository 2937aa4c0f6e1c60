#include "worker/data/digits.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/worker/data/idx_files.h"
#include "tests/worker/data/made_files.h"
#include "worker/data/dataset.h"

namespace paceline {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kPacked[] = "digits/digits.csv.gz";

// Pixels i, i + 1, ... modulo 17; label i modulo 10.
std::string Line(int i) {
  std::string line;
  for (int pixel = 0; pixel < 64; ++pixel) line += fmt::format("{},", (i + pixel) % 17);
  return line + fmt::format("{}\n", i % 10);
}

std::string Lines(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) lines += Line(i);
  return lines;
}

absl::StatusOr<std::shared_ptr<const ImageData>> Load(const TemporaryFolder& folder) {
  return DataStore(folder.path()).Images({v1::DATASET_DIGITS, 0});
}

void ExpectDataLoss(std::string_view bytes, std::string_view message) {
  const absl::Status status = ParseDigits(bytes).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status << " " << message;
  EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(message)));
}

TEST(Digits, TheFirst1500ImagesAreTheTrainingFileAndTheRestIsForTesting) {
  const TemporaryFolder folder;
  folder.Write(kPacked, Gzip(Lines(1797)));
  const auto data = Load(folder);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ((*data)->height, 8);
  EXPECT_EQ((*data)->width, 8);
  EXPECT_EQ((*data)->channels, 1);
  EXPECT_EQ((*data)->train.count(), 1200u);
  EXPECT_EQ((*data)->inner_valid.count(), 150u);
  EXPECT_EQ((*data)->outer_valid.count(), 150u);
  EXPECT_EQ((*data)->test.count(), 297u);
  EXPECT_EQ((*data)->test.labels[3], 1503 % 10);
  EXPECT_EQ((*data)->test.images[3 * 64 + 5], static_cast<float>(1508 % 17) / 16.0f);
}

TEST(Digits, SixteenIsWhite) {
  const TemporaryFolder folder;
  folder.Write(kPacked, Gzip(Lines(1797)));
  const auto data = Load(folder);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ((*data)->train.images[0], 0.0f);
  EXPECT_EQ((*data)->train.images[1], 1.0f / 16.0f);
  EXPECT_EQ((*data)->train.images[16], 1.0f);
}

TEST(Digits, AnUnpackedFileIsTheSameDataSet) {
  const TemporaryFolder packed, unpacked;
  packed.Write(kPacked, Gzip(Lines(1797)));
  unpacked.Write("digits/digits.csv", Lines(1797));
  const auto expected = Load(packed), data = Load(unpacked);
  ASSERT_TRUE(expected.ok() && data.ok()) << expected.status() << data.status();
  EXPECT_EQ((*data)->train.images, (*expected)->train.images);
  EXPECT_EQ((*data)->digest, (*expected)->digest);
}

TEST(Digits, LinesMayEndAsOnAnotherSystem) {
  std::string line = Line(3);
  line.insert(line.size() - 1, "\r");
  const auto images = ParseDigits(line + Line(4));
  ASSERT_TRUE(images.ok()) << images.status();
  EXPECT_THAT(images->labels, ElementsAre(3, 4));
}

TEST(Digits, WhatIsDamagedIsSaidAtItsByte) {
  const std::string line = Line(0);  // 0,1,2,...
  const auto with = [&](size_t at, std::string_view text) {
    return std::string(line).replace(at, 1, text);
  };
  const std::pair<std::string, const char*> faults[] = {
      {with(2, "17"), "byte 2 of the unpacked data: expected a whole number from 0 to 16"},
      {with(2, "x"), "byte 2 of the unpacked data: expected a whole number from 0 to 16"},
      {with(2, "-1"), "byte 2 of the unpacked data: expected a whole number from 0 to 16"},
      {with(2, "1.5"), "byte 3 of the unpacked data: expected a comma after 1"},
      {with(2, "99999999999999999999"), "byte 2 of the unpacked data: expected a whole number"},
      {with(line.size() - 2, "10"), "expected a whole number from 0 to 9"},
      {with(line.size() - 1, ",0\n"), "expected the line's end after 0"},
      {line + Line(1).substr(0, 2), "expected a whole number"},
      {line.substr(0, line.size() - 1), "expected the line's end after 0"},
      {line + "\n", "byte 154 of the unpacked data: expected a whole number"},
      {Gzip(line).substr(0, 30), "cut off"},
  };
  for (const auto& [bytes, message] : faults) ExpectDataLoss(bytes, message);
}

TEST(Digits, AnotherNumberOfImagesIsDataLoss) {
  const TemporaryFolder folder;
  folder.Write(kPacked, Gzip(Lines(1796)));
  const absl::Status status = Load(folder).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr(folder.PathOf(kPacked) + ": holds 1796 images; expected 1797"));
}

TEST(Digits, WithoutItsFileItIsSaidWhatProvidesIt) {
  const TemporaryFolder folder;
  const absl::Status status = Load(folder).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(folder.PathOf(kPacked)), HasSubstr("deploy/setup.sh")));
}

TEST(Digits, TheRealFileIsRead) {
  if (!std::filesystem::exists("/usr/share/datasets/digits")) {
    GTEST_SKIP()
        << "*** NOT TESTED: /usr/share/datasets/digits is missing; run deploy/setup.sh ***";
  }
  const auto data = DataStore().Images({v1::DATASET_DIGITS, 0});
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ((*data)->test.count(), 297u);
  EXPECT_THAT(
      std::vector<int32_t>((*data)->train.labels.begin(), (*data)->train.labels.begin() + 10),
      ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_EQ((*data)->train.images[2], 5.0f / 16.0f);
}

}  // namespace
}  // namespace paceline
