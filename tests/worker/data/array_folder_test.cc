#include "worker/data/array_folder.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "common/safetensors/safetensors.h"
#include "tests/worker/data/idx_files.h"
#include "tests/worker/data/made_files.h"
#include "worker/data/dataset.h"

namespace paceline {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kTrain = 40, kTest = 6, kHeight = 2, kWidth = 3;

ImageUse Use(int channels, int classes = 5) {
  ImageUse use = {v1::DATASET_FOLDER, 0};
  v1::ImageFolder& folder = *use.options.mutable_folder();
  folder.set_path("own");
  folder.set_height(kHeight);
  folder.set_width(kWidth);
  folder.set_channels(channels);
  folder.set_classes(classes);
  return use;
}

std::vector<uint8_t> Pixels(int images, int channels) {
  return Counting(static_cast<size_t>(images * kHeight * kWidth * channels), 251);
}

template <class T>
std::vector<T> Labels(int count) {
  std::vector<T> labels(count);
  for (int i = 0; i < count; ++i) labels[i] = static_cast<T>(i % 5);
  return labels;
}

std::string ImagesShape(int images, int channels) {
  return channels == 1 ? fmt::format("({}, {}, {})", images, kHeight, kWidth)
                       : fmt::format("({}, {}, {}, {})", images, kHeight, kWidth, channels);
}

std::string NpyImages(int images, int channels) {
  return NpyBytes("|u1", ImagesShape(images, channels), BytesOfValues(Pixels(images, channels)));
}

std::string NpyLabels(int count) {
  return NpyBytes("<i8", fmt::format("({},)", count), BytesOfValues(Labels<int64_t>(count)));
}

void WriteNpy(const TemporaryFolder& folder, int channels) {
  folder.Write("own/train-images.npy", NpyImages(kTrain, channels));
  folder.Write("own/train-labels.npy", NpyLabels(kTrain));
  folder.Write("own/test-images.npy", NpyImages(kTest, channels));
  folder.Write("own/test-labels.npy", NpyLabels(kTest));
}

std::string IdxImages(uint32_t images, uint32_t channels) {
  std::vector<uint32_t> shape = {images, kHeight, kWidth};
  if (channels != 1) shape.push_back(channels);
  return IdxBytes(shape, Pixels(static_cast<int>(images), static_cast<int>(channels)));
}

// Packed, not packed, and under two ways of naming them.
void WriteIdx(const TemporaryFolder& folder, int channels) {
  folder.Write("own/train-images.idx.gz", Gzip(IdxImages(kTrain, channels)));
  folder.Write("own/train-labels-idx1-ubyte", IdxBytes({kTrain}, Labels<uint8_t>(kTrain)));
  folder.Write("own/test-images.idx", IdxImages(kTest, channels));
  folder.Write("own/t10k-labels-idx1-ubyte.gz", Gzip(IdxBytes({kTest}, Labels<uint8_t>(kTest))));
}

Tensor ImageTensor(int images, int channels) {
  return {DType::kU8, {images, kHeight, kWidth, channels}, BytesOfValues(Pixels(images, channels))};
}

Tensor LabelTensor(int count) {
  return {DType::kI32, {count}, BytesOfValues(Labels<int32_t>(count))};
}

void WriteOneSafetensors(const TemporaryFolder& folder, int channels) {
  TensorFile file;
  file.tensors["train_images"] = ImageTensor(kTrain, channels);
  file.tensors["train_labels"] = LabelTensor(kTrain);
  file.tensors["test_images"] = ImageTensor(kTest, channels);
  file.tensors["test_labels"] = LabelTensor(kTest);
  folder.Write("own/birds.safetensors", SerializeSafetensors(file));
}

void WriteSafetensorsEach(const TemporaryFolder& folder, int channels) {
  const auto write = [&](std::string_view name, Tensor tensor) {
    TensorFile file;
    file.tensors["x"] = std::move(tensor);
    folder.Write(fmt::format("own/{}.safetensors", name), SerializeSafetensors(file));
  };
  write("train-images", ImageTensor(kTrain, channels));
  write("train-labels", LabelTensor(kTrain));
  write("test-images", ImageTensor(kTest, channels));
  write("test-labels", LabelTensor(kTest));
}

absl::StatusOr<std::shared_ptr<const ImageData>> Load(const TemporaryFolder& folder,
                                                      const ImageUse& use) {
  return DataStore(folder.path()).Images(use);
}

void ExpectError(const TemporaryFolder& folder, const ImageUse& use, absl::StatusCode code,
                 std::string_view message) {
  const absl::Status status = Load(folder, use).status();
  EXPECT_EQ(status.code(), code) << status << " " << message;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(folder.PathOf("own")), HasSubstr(std::string(message))));
}

TEST(ArrayFolder, OneDataSetInFourFormsIsOneDataSet) {
  for (const int channels : {1, 3}) {
    std::vector<std::shared_ptr<const ImageData>> found;
    for (const auto& write : {WriteNpy, WriteIdx, WriteOneSafetensors, WriteSafetensorsEach}) {
      const TemporaryFolder folder;
      write(folder, channels);
      const auto data = Load(folder, Use(channels));
      ASSERT_TRUE(data.ok()) << data.status();
      found.push_back(*data);
    }
    for (const auto& data : found) {
      EXPECT_EQ(data->digest, found.front()->digest) << channels;
      EXPECT_EQ(data->train.images, found.front()->train.images) << channels;
      EXPECT_EQ(data->outer_valid.labels, found.front()->outer_valid.labels) << channels;
      EXPECT_EQ(data->test.images, found.front()->test.images) << channels;
    }
  }
}

TEST(ArrayFolder, ImagesKeepTheirPlacesAndTheirExtents) {
  const TemporaryFolder folder;
  WriteNpy(folder, 3);
  const auto data = Load(folder, Use(3));
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ((*data)->height, kHeight);
  EXPECT_EQ((*data)->width, kWidth);
  EXPECT_EQ((*data)->channels, 3);
  EXPECT_EQ((*data)->classes, 5);
  EXPECT_EQ((*data)->train.count(), 32u);
  EXPECT_THAT((*data)->inner_valid.labels, ElementsAre(2, 3, 4, 0));
  EXPECT_EQ((*data)->test.count(), 6u);
  const std::vector<uint8_t> pixels = Pixels(kTrain, 3);
  const std::vector<float>& last = (*data)->outer_valid.images;
  ASSERT_EQ(last.size(), 4u * 18u);
  for (size_t i = 0; i < last.size(); ++i) {
    EXPECT_EQ(last[i], static_cast<float>(pixels[36 * 18 + i]) / 255.0f) << i;
  }
}

TEST(ArrayFolder, Float32ImagesAreTakenAsTheyAre) {
  const TemporaryFolder folder;
  WriteNpy(folder, 1);
  std::vector<float> pixels(kTrain * kHeight * kWidth, 0.25f);
  pixels[1] = 1;
  folder.Write("own/train-images.npy",
               NpyBytes("<f4", ImagesShape(kTrain, 1), BytesOfValues(pixels)));
  const auto data = Load(folder, Use(1));
  ASSERT_TRUE(data.ok()) << data.status();
  pixels.resize((*data)->train.images.size());
  EXPECT_EQ((*data)->train.images, pixels);
  for (const float wrong : {1.5f, -0.25f, std::nanf(""), INFINITY}) {
    pixels[7] = wrong;
    pixels.resize(kTrain * kHeight * kWidth);
    folder.Write("own/train-images.npy",
                 NpyBytes("<f4", ImagesShape(kTrain, 1), BytesOfValues(pixels)));
    ExpectError(folder, Use(1), absl::StatusCode::kDataLoss,
                fmt::format("train-images.npy: byte 156 is pixel {}; expected 0 to 1", wrong));
  }
}

TEST(ArrayFolder, WithoutATestPairTheLastTenthIsForTesting) {
  const TemporaryFolder folder, shorter;
  folder.Write("own/train-images.npy", NpyImages(kTrain, 1));
  folder.Write("own/train-labels.npy", NpyLabels(kTrain));
  const auto data = Load(folder, Use(1));
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ((*data)->train.count(), 28u);
  EXPECT_EQ((*data)->inner_valid.count(), 4u);
  EXPECT_EQ((*data)->outer_valid.count(), 4u);
  EXPECT_THAT((*data)->test.labels, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ((*data)->test.images[0], static_cast<float>(Pixels(kTrain, 1)[36 * 6]) / 255.0f);
  // What is for testing is no part of what a job sees.
  shorter.Write("own/train-images.npy", NpyImages(36, 1));
  shorter.Write("own/train-labels.npy", NpyLabels(36));
  shorter.Write("own/test-images.npy", NpyImages(1, 1));
  shorter.Write("own/test-labels.npy", NpyLabels(1));
  EXPECT_EQ((*Load(shorter, Use(1)))->digest, (*data)->digest);
}

TEST(ArrayFolder, ThePublishedSetsAreFoldersOfTheirNames) {
  const TemporaryFolder folder;
  folder.Write("imagenet16/train-images.npy",
               NpyBytes("|u1", "(20, 16, 16, 3)", std::string(20 * 768, '\x33')));
  folder.Write("imagenet16/train-labels.npy",
               NpyBytes("<i4", "(20,)", BytesOfValues(std::vector<int32_t>(20, 999))));
  DataStore store(folder.path());
  const auto data = store.Images({v1::DATASET_IMAGENET16, 0});
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ((*data)->classes, 1000);
  EXPECT_THAT((*data)->train.labels, Each(999));
  EXPECT_THAT((*data)->train.images, Each(0.2f));
  for (const auto& [dataset, name] :
       {std::pair(v1::DATASET_IMAGENET32, "imagenet32"),
        std::pair(v1::DATASET_IMAGENET64, "imagenet64"), std::pair(v1::DATASET_SVHN, "svhn"),
        std::pair(v1::DATASET_FOOD101, "food101")}) {
    const absl::Status status = store.Images({dataset, 0}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(folder.PathOf(name)));
  }
}

TEST(ArrayFolder, AnAbsolutePathIsNotBelowTheFolderOfDataSets) {
  const TemporaryFolder folder;
  WriteNpy(folder, 1);
  ImageUse use = Use(1);
  use.options.mutable_folder()->set_path(folder.PathOf("own"));
  EXPECT_TRUE(DataStore("/no/such/folder").Images(use).ok());
}

TEST(ArrayFolder, AFolderOfThisNameIsNotTakenForAPublishedSet) {
  const TemporaryFolder folder;
  WriteNpy(folder, 1);
  DataStore store(folder.path());
  ImageUse use = Use(1);
  const auto digest = store.Digest(use);
  ASSERT_TRUE(digest.ok()) << digest.status();
  EXPECT_EQ(digest->name, "folder own");
  EXPECT_EQ(digest->digest, (*store.Images(use))->digest);
}

TEST(ArrayFolder, WhatIsMissingIsNamedWithWhatBelongsThere) {
  const TemporaryFolder folder;
  ExpectError(folder, Use(1), absl::StatusCode::kNotFound, "cannot read the data set's folder");
  for (const char* name : {"train-images", "train-labels", "test-images", "test-labels"}) {
    WriteNpy(folder, 1);
    folder.Remove(fmt::format("own/{}.npy", name));
    ExpectError(folder, Use(1), absl::StatusCode::kNotFound,
                fmt::format("there is no {0} in {1}: expected {0}.npy, {0}.safetensors", name,
                            folder.PathOf("own")));
  }
}

TEST(ArrayFolder, AnArrayThatIsThereTwiceIsRefusedWithBothPlaces) {
  const TemporaryFolder folder;
  WriteNpy(folder, 1);
  folder.Write("own/t10k-labels.idx", IdxBytes({kTest}, Labels<uint8_t>(kTest)));
  ExpectError(folder, Use(1), absl::StatusCode::kInvalidArgument,
              "test-labels.npy both hold test-labels; leave one of them there");
  const TemporaryFolder other;
  WriteNpy(other, 1);
  WriteOneSafetensors(other, 1);
  ExpectError(other, Use(1), absl::StatusCode::kInvalidArgument, "birds.safetensors");
}

TEST(ArrayFolder, WhatIsNotAsTheConfigSaysIsDataLoss) {
  const auto images = [](std::string_view descr, std::string_view shape, size_t bytes) {
    return NpyBytes(descr, shape, std::string(bytes, '\0'));
  };
  const std::string empty_int32 = NpyBytes("<i4", "(0,)", "");
  std::vector<int64_t> labels = Labels<int64_t>(kTrain);
  labels[3] = -1;
  const std::string negative = NpyBytes("<i8", "(40,)", BytesOfValues(labels));
  labels[3] = (int64_t{1} << 32) + 1;
  const std::string wide = NpyBytes("<i8", "(40,)", BytesOfValues(labels));
  labels[3] = 5;
  const std::string beyond = NpyBytes("<i8", "(40,)", BytesOfValues(labels));
  const std::tuple<const char*, std::string, const char*> faults[] = {
      {"train-images", images("|u1", "(40, 3, 2)", 240), "holds images of 3 x 2; expected 2 x 3"},
      {"train-images", images("|u1", "(40, 2, 3, 2)", 480), "images of 2 x 3 x 2; expected 2 x 3"},
      {"test-images", images("|u1", "(6, 6)", 36), "an array of 6 x 6; expected images of 2 x 3"},
      {"train-images", images("<i4", "(40, 2, 3)", 960), "images of type int32; expected uint8"},
      {"train-images", images("|u1", "(39, 2, 3)", 234), "40 labels, but there are 39 images"},
      {"train-images", images("|u1", "(40, 2, 3)", 239), "but 239 bytes follow it at byte 128"},
      {"test-labels", images("<i8", "(6, 1)", 48), "holds 6 x 1 values of type int64; expected"},
      {"test-labels", images("<f4", "(6,)", 24), "holds 6 values of type float32; expected labels"},
      {"test-labels", empty_int32, "holds 0 labels, but there are 6 images"},
      {"train-labels", negative, "byte 152 is label -1; expected 0 to 4"},
      {"train-labels", wide, "byte 152 is label 4294967297; expected 0 to 4"},
      {"train-labels", beyond, "byte 152 is label 5; expected 0 to 4"},
  };
  for (const auto& [name, bytes, message] : faults) {
    const TemporaryFolder folder;
    WriteNpy(folder, 1);
    folder.Write(fmt::format("own/{}.npy", name), bytes);
    ExpectError(folder, Use(1), absl::StatusCode::kDataLoss, message);
  }
  const TemporaryFolder folder;
  WriteNpy(folder, 1);
  ExpectError(folder, Use(3), absl::StatusCode::kDataLoss,
              "train-images.npy: holds images of 2 x 3; expected 2 x 3 x 3");
}

TEST(ArrayFolder, TooFewImagesForEverySplitAreDataLoss) {
  const TemporaryFolder folder;
  const auto write = [&](int count) {
    folder.Write("own/train-images.npy", NpyImages(count, 1));
    folder.Write("own/train-labels.npy", NpyLabels(count));
  };
  write(9);
  ExpectError(folder, Use(1), absl::StatusCode::kDataLoss, "holds 9 images; expected at least 10");
  write(10);
  ExpectError(folder, Use(1), absl::StatusCode::kDataLoss, "holds 9 images; expected at least 10");
  write(11);
  EXPECT_TRUE(Load(folder, Use(1)).ok());
}

TEST(ArrayFolder, ImagesThatWouldNotFitIntoMemoryAreRefusedBeforeAnyIsTaken) {
  const TemporaryFolder folder;
  folder.Write("own/train-images.npy", NpyImages(4000, 1));
  folder.Write("own/train-labels.npy", NpyLabels(4000));
  ImageUse use = Use(1);
  use.size = 4096;
  use.options.set_stack_channels(16);
  ExpectError(folder, use, absl::StatusCode::kResourceExhausted,
              "train-images.npy: 4000 images as own 4096x4096x16 take 4.29 TB, but ");
}

TEST(ArrayFolder, AConfigThatDoesNotSayWhatItIsIsRefused) {
  ImageUse use = Use(1);
  use.options.mutable_folder()->clear_width();
  const absl::Status status = DataStore().Images(use).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("images.folder with path, height, width"));
}

TEST(ArrayFolder, TasksThatMakeOtherThingsOfAFolderDoNotShareThem) {
  const TemporaryFolder folder;
  WriteNpy(folder, 3);
  DataStore store(folder.path());
  ImageUse grey = Use(3), fewer = Use(3, 6);
  grey.options.set_grey(true);
  EXPECT_EQ((*store.Images(Use(3)))->channels, 3);
  EXPECT_EQ((*store.Images(grey))->channels, 1);
  EXPECT_EQ((*store.Images(fewer))->classes, 6);
  ImageUse once = Use(3);
  once.options.set_stack_channels(1);
  EXPECT_EQ(*store.Images(once), *store.Images(Use(3)));
}

}  // namespace
}  // namespace paceline
