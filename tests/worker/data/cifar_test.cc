#include "worker/data/cifar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/worker/data/made_files.h"
#include "worker/data/dataset.h"

namespace paceline {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kThird[] = "cifar-10-batches-bin/data_batch_3.bin";
constexpr char kTest[] = "cifar-10-batches-bin/test_batch.bin";

// Two images a file; image i of the training files has label i.
class Cifar : public ::testing::Test {
 protected:
  Cifar() {
    for (int batch = 1; batch <= 5; ++batch) {
      folder_.Write("cifar-10-batches-bin/data_batch_" + std::to_string(batch) + ".bin",
                    Records(2 * batch - 2, 2));
    }
    folder_.Write(kTest, Records(4, 3));
    std::string train, test;
    for (int i = 0; i < 20; ++i) train += CifarRecord({static_cast<uint8_t>(i), 99}, i);
    folder_.Write("cifar-100-binary/train.bin", train);
    folder_.Write("cifar-100-binary/test.bin", CifarRecord({19, 7}, 3));
  }

  static std::string Records(int first, int count) {
    std::string records;
    for (int i = first; i < first + count; ++i) {
      records += CifarRecord({static_cast<uint8_t>(i)}, i);
    }
    return records;
  }

  absl::StatusOr<std::shared_ptr<const ImageData>> Load(v1::Dataset dataset, uint32_t size = 0) {
    return DataStore(folder_.path()).Images({dataset, size});
  }

  void ExpectDataLoss(v1::Dataset dataset, std::string_view file, std::string_view message) {
    const absl::Status status = Load(dataset).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(folder_.PathOf(file)), HasSubstr(std::string(message))));
  }

  TemporaryFolder folder_;
};

TEST_F(Cifar, ThePlanesOfAnImageBecomeItsChannels) {
  const auto images = ParseCifar(Records(0, 2), {10});
  ASSERT_TRUE(images.ok()) << images.status();
  EXPECT_THAT(images->images.shape, ElementsAre(2, 32, 32, 3));
  EXPECT_THAT(images->labels, ElementsAre(0, 1));
  // Of image 1, row 0 and column 5: the sixth pixel of each plane.
  for (int channel = 0; channel < 3; ++channel) {
    EXPECT_EQ(images->images.At<uint8_t>(3072 + 5 * 3 + channel), (1 + 1024 * channel + 5) % 251);
  }
}

TEST_F(Cifar, TheFiveTrainingFilesFollowOneAnother) {
  const auto data = Load(v1::DATASET_CIFAR10);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ((*data)->height, 32);
  EXPECT_EQ((*data)->width, 32);
  EXPECT_EQ((*data)->channels, 3);
  EXPECT_EQ((*data)->classes, 10);
  EXPECT_THAT((*data)->train.labels, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT((*data)->inner_valid.labels, ElementsAre(8));
  EXPECT_THAT((*data)->outer_valid.labels, ElementsAre(9));
  EXPECT_THAT((*data)->test.labels, ElementsAre(4, 5, 6));
  // The green of the first pixel of the third file's second image.
  EXPECT_EQ((*data)->train.images[5 * 3072 + 1], static_cast<float>((5 + 1024) % 251) / 255.0f);
}

TEST_F(Cifar, OfTheTwoLabelsOfCifar100TheFineOneCounts) {
  const auto data = Load(v1::DATASET_CIFAR100, 8);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ((*data)->classes, 100);
  EXPECT_EQ((*data)->train.count(), 16u);
  EXPECT_THAT((*data)->train.labels, ::testing::Each(99));
  EXPECT_THAT((*data)->test.labels, ElementsAre(7));
  EXPECT_EQ((*data)->train.images.size(), 16u * 8 * 8 * 3);
}

TEST_F(Cifar, EveryTruncationWithinARecordIsDataLossAtItsByte) {
  for (const size_t size : {1, 3072, 3074, 6145}) {
    folder_.Write(kThird, Records(4, 2).substr(0, size));
    ExpectDataLoss(v1::DATASET_CIFAR10, kThird, "ends at byte " + std::to_string(size));
  }
}

TEST_F(Cifar, ATrainingFileWithFewerImagesThanTheOthersIsDataLoss) {
  folder_.Write(kThird, Records(4, 1));
  ExpectDataLoss(v1::DATASET_CIFAR10, kThird,
                 "holds 1 images, but " + folder_.PathOf("cifar-10-batches-bin/") +
                     "data_batch_1.bin holds 2; expected as many");
}

TEST_F(Cifar, ALabelOutOfRangeIsDataLossAtItsByte) {
  folder_.Write(kTest, Records(9, 2));
  ExpectDataLoss(v1::DATASET_CIFAR10, kTest, "byte 3073 is label 10; expected 0 to 9");
  constexpr char kTest100[] = "cifar-100-binary/test.bin";
  folder_.Write(kTest100, CifarRecord({20, 5}, 0));
  ExpectDataLoss(v1::DATASET_CIFAR100, kTest100, "byte 0 is label 20; expected 0 to 19");
  folder_.Write(kTest100, CifarRecord({5, 100}, 0));
  ExpectDataLoss(v1::DATASET_CIFAR100, kTest100, "byte 1 is label 100; expected 0 to 99");
}

TEST_F(Cifar, NoTestImagesAreDataLoss) {
  folder_.Write(kTest, "");
  ExpectDataLoss(v1::DATASET_CIFAR10, kTest, "holds 0 images; expected at least 1");
}

TEST_F(Cifar, AMissingFileIsNotFoundByItsName) {
  folder_.Remove(kThird);
  const absl::Status status = Load(v1::DATASET_CIFAR10).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(folder_.PathOf(kThird)), HasSubstr("README.md, \"Data\"")));
}

}  // namespace
}  // namespace paceline
