#include "worker/data/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/worker/data/idx_files.h"

namespace paceline {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kTrainImages[] = "train-images-idx3-ubyte.gz";
constexpr char kTrainLabels[] = "train-labels-idx1-ubyte.gz";
constexpr char kTestLabels[] = "t10k-labels-idx1-ubyte.gz";

absl::StatusOr<std::shared_ptr<const ImageData>> Load(const DataFolder& folder, uint32_t size = 8) {
  return DataStore(folder.path()).Images({v1::DATASET_FASHION_MNIST, size});
}

void ExpectDataLoss(const DataFolder& folder, std::string_view file, std::string_view message) {
  const absl::Status status = Load(folder).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(folder.PathOf(file)), HasSubstr(std::string(message))));
}

TEST(Dataset, TheTrainingFileIsSplitInto80And10And10PercentAndTheTestFileIsApart) {
  const DataFolder folder(40, 7);
  const auto data = Load(folder);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ((*data)->train.count(), 32u);
  EXPECT_EQ((*data)->inner_valid.count(), 4u);
  EXPECT_EQ((*data)->outer_valid.count(), 4u);
  EXPECT_EQ((*data)->test.count(), 7u);
  EXPECT_THAT((*data)->inner_valid.labels, ElementsAre(2, 3, 4, 5));
  EXPECT_THAT((*data)->outer_valid.labels, ElementsAre(6, 7, 8, 9));
}

TEST(Dataset, ExamplesKeepTheirOrderAndTheirPixels) {
  const DataFolder folder(40, 7);
  const auto data = Load(folder, 28);
  ASSERT_TRUE(data.ok()) << data.status();
  const std::vector<uint8_t> pixels = Counting(40 * 784, 251);
  const Examples& last = (*data)->outer_valid;
  ASSERT_EQ(last.images.size(), 4u * 784u);
  for (size_t i = 0; i < last.images.size(); ++i) {
    EXPECT_EQ(last.images[i], static_cast<float>(pixels[36 * 784 + i]) / 255.0f) << i;
  }
}

TEST(Dataset, ImagesAreResizedToTheSizeAskedFor) {
  const DataFolder folder(40, 7);
  for (const uint32_t size : {1u, 8u, 14u, 28u, 40u}) {
    const auto data = Load(folder, size);
    ASSERT_TRUE(data.ok()) << data.status();
    EXPECT_EQ((*data)->height, static_cast<int>(size));
    EXPECT_EQ((*data)->width, static_cast<int>(size));
    EXPECT_EQ((*data)->channels, 1);
    EXPECT_EQ((*data)->classes, 10);
    EXPECT_EQ((*data)->train.images.size(), 32u * size * size);
  }
}

TEST(Dataset, TheSizeZeroLeavesImagesAsTheyAre) {
  const DataFolder folder(40, 7);
  const auto as_they_are = Load(folder, 0), asked_for = Load(folder, 28);
  ASSERT_TRUE(as_they_are.ok() && asked_for.ok());
  EXPECT_EQ((*as_they_are)->height, 28);
  EXPECT_EQ((*as_they_are)->train.images, (*asked_for)->train.images);
}

TEST(Dataset, ASecondRequestSharesTheFirstOnesData) {
  const DataFolder folder(40, 7);
  DataStore store(folder.path());
  const auto first = store.Images({v1::DATASET_FASHION_MNIST, 8});
  folder.Remove(kTrainImages);
  const auto second = store.Images({v1::DATASET_FASHION_MNIST, 8});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(*first, *second);
}

TEST(Dataset, ThreadsThatAskTogetherShareOneCopy) {
  const DataFolder folder(40, 7);
  DataStore store(folder.path());
  std::vector<std::shared_ptr<const ImageData>> found(4);
  {
    std::vector<std::jthread> threads;
    for (auto& data : found) {
      threads.emplace_back([&] { data = store.Images({v1::DATASET_FASHION_MNIST, 8}).value(); });
    }
  }
  for (const auto& data : found) EXPECT_EQ(data, found.front());
}

TEST(Dataset, AFailureIsNotRemembered) {
  const DataFolder folder(40, 7);
  DataStore store(folder.path());
  folder.Write(kTestLabels, "damaged");
  EXPECT_FALSE(store.Images({v1::DATASET_FASHION_MNIST, 8}).ok());
  folder.Write(kTestLabels, Gzip(IdxBytes({7}, Counting(7, 10))));
  EXPECT_TRUE(store.Images({v1::DATASET_FASHION_MNIST, 8}).ok());
}

TEST(Dataset, AMissingFileIsNamedWithWhatProvidesIt) {
  const DataFolder folder(40, 7);
  folder.Remove(kTrainLabels);
  const absl::Status status = Load(folder).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(folder.PathOf(kTrainLabels)), HasSubstr("deploy/setup.sh"),
                    HasSubstr("dataset-fashion-mnist")));
}

TEST(Dataset, FilesAreReadPackedOrNotWhereDebianAndTorchvisionPutThem) {
  const DataFolder packed(40, 7);
  const auto expected = Load(packed);
  ASSERT_TRUE(expected.ok()) << expected.status();
  for (const char* folder : {"fashion-mnist", "FashionMNIST/raw"}) {
    const DataFolder unpacked(40, 7);
    unpacked.UnpackInto(folder);
    const auto data = Load(unpacked);
    ASSERT_TRUE(data.ok()) << folder << ": " << data.status();
    EXPECT_EQ((*data)->train.images, (*expected)->train.images) << folder;
    EXPECT_EQ((*data)->test.labels, (*expected)->test.labels) << folder;
    EXPECT_EQ((*data)->digest, (*expected)->digest) << folder;
  }
}

TEST(Dataset, AMissingFolderIsNotFoundToo) {
  DataStore store("/no/such/folder");
  EXPECT_EQ(store.Images({v1::DATASET_FASHION_MNIST, 8}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(Dataset, ImagesOfAnotherSizeAreDataLoss) {
  const DataFolder folder(40, 7);
  folder.Write(kTrainImages, Gzip(IdxBytes({40, 28, 27}, Counting(40 * 28 * 27, 256))));
  ExpectDataLoss(folder, kTrainImages, "images of 28 x 27; expected 28 x 28");
}

TEST(Dataset, ImagesAndLabelsOfDifferentNumberAreDataLoss) {
  const DataFolder folder(40, 7);
  folder.Write(kTrainLabels, Gzip(IdxBytes({39}, Counting(39, 10))));
  ExpectDataLoss(folder, kTrainLabels, "39 labels, but there are 40 images");
}

TEST(Dataset, ALabelOutOfRangeIsDataLossAtItsByte) {
  const DataFolder folder(40, 7);
  std::vector<uint8_t> labels = Counting(7, 10);
  labels[5] = 10;
  folder.Write(kTestLabels, Gzip(IdxBytes({7}, labels)));
  ExpectDataLoss(folder, kTestLabels, "byte 13 of the unpacked data is label 10; expected 0 to 9");
}

TEST(Dataset, TooFewImagesForThreeSplitsAreDataLoss) {
  const DataFolder folder(9, 7);
  ExpectDataLoss(folder, kTrainImages, "holds 9 images; expected at least 10");
}

TEST(Dataset, LabelsInThePlaceOfImagesAreDataLoss) {
  const DataFolder folder(40, 7);
  folder.Write(kTrainImages, Gzip(IdxBytes({40}, Counting(40, 10))));
  ExpectDataLoss(folder, kTrainImages, "says 1 dimensions; expected 3");
}

TEST(Dataset, AnUnknownDataSetOrSizeIsAnInvalidArgument) {
  DataStore store;
  EXPECT_EQ(store.Images({v1::DATASET_UNSPECIFIED, 8}).status().code(),
            absl::StatusCode::kInvalidArgument);
  for (const uint32_t size : {4097u, ~0u}) {
    EXPECT_EQ(store.Images({v1::DATASET_FASHION_MNIST, size}).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(Dataset, TheRealFilesHoldSeventyThousandImages) {
  const auto data = DataStore().Images({v1::DATASET_FASHION_MNIST, 8});
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ((*data)->train.count(), 48000u);
  EXPECT_EQ((*data)->inner_valid.count(), 6000u);
  EXPECT_EQ((*data)->outer_valid.count(), 6000u);
  EXPECT_EQ((*data)->test.count(), 10000u);
}

// Jobs that ran with earlier builds have pinned it.
TEST(Dataset, TheRealFilesKeepTheirDigest) {
  const auto digest = DataStore().Digest(ImageUse{v1::DATASET_FASHION_MNIST, 1});
  ASSERT_TRUE(digest.ok()) << digest.status();
  EXPECT_EQ(digest->name, "fashion_mnist");
  EXPECT_EQ(digest->digest, "30b070b74622cdd2ce08a8cc34937f56d0c4d6fd39ff0562e3cf3c87f81b15b3");
}

}  // namespace
}  // namespace paceline
