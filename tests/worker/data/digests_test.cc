#include "worker/data/digests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/worker/data/idx_files.h"

namespace paceline {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

v1::JobConfig JobOn(std::initializer_list<uint32_t> sizes) {
  v1::JobConfig config;
  for (const uint32_t size : sizes) {
    v1::ImageMlp& task = *config.add_tasks()->mutable_image_mlp();
    task.set_dataset(v1::DATASET_FASHION_MNIST);
    task.set_size(size);
  }
  return config;
}

std::vector<DataDigest> Digests(const DataFolder& folder, const v1::JobConfig& config) {
  DataStore data(folder.path());
  const auto digests = DataDigests(config, data);
  EXPECT_TRUE(digests.ok()) << digests.status();
  return digests.value_or(std::vector<DataDigest>());
}

TEST(DataDigests, EachDataSetOfAJobIsListedOnceWhateverItsTasksMakeOfIt) {
  const DataFolder folder(40, 7);
  const auto one = Digests(folder, JobOn({8}));
  EXPECT_THAT(
      one, ElementsAre(AllOf(Field(&DataDigest::name, "fashion_mnist"),
                             Field(&DataDigest::digest, ::testing::MatchesRegex("[0-9a-f]{64}")))));
  EXPECT_EQ(Digests(folder, JobOn({14, 8})), one);
}

TEST(DataDigests, ASampleHasThoseOfAllThatItMayDraw) {
  const DataFolder folder(40, 7);
  v1::JobConfig config;
  config.add_tasks()->mutable_sample()->mutable_conv_net();
  EXPECT_EQ(Digests(folder, config), Digests(folder, JobOn({8})));
  config.mutable_tasks(0)->mutable_sample()->mutable_conv_net()->add_datasets(v1::DATASET_CIFAR10);
  DataStore data(folder.path());
  EXPECT_EQ(DataDigests(config, data).status().code(), absl::StatusCode::kNotFound);
}

TEST(DataDigests, AJobWithoutDataHasNoneAndReadsNothing) {
  v1::JobConfig config;
  config.add_tasks()->mutable_quadratic()->set_dimension(3);
  DataStore nowhere("/no/such/folder");
  const auto digests = DataDigests(config, nowhere);
  ASSERT_TRUE(digests.ok()) << digests.status();
  EXPECT_THAT(*digests, IsEmpty());
}

TEST(DataDigests, TheContentCountsAndNotHowItIsStored) {
  const DataFolder packed(40, 7), unpacked(40, 7);
  unpacked.UnpackInto("FashionMNIST/raw");
  EXPECT_EQ(Digests(packed, JobOn({8})), Digests(unpacked, JobOn({8})));
}

TEST(DataDigests, OnePixelOneLabelOrAnotherOrderIsAnotherDataSet) {
  const DataFolder folder(40, 7);
  const auto before = Digests(folder, JobOn({8}));
  std::vector<uint8_t> labels = Counting(40, 10);
  std::swap(labels[0], labels[1]);
  folder.Write("train-labels-idx1-ubyte.gz", Gzip(IdxBytes({40}, labels)));
  const auto swapped = Digests(folder, JobOn({8}));
  EXPECT_NE(swapped, before);
  std::vector<uint8_t> pixels = Counting(40 * 784, 251);
  // At 8 × 8 no output reads this pixel: the content counts all the same.
  pixels[0] ^= 1;
  folder.Write("train-images-idx3-ubyte.gz", Gzip(IdxBytes({40, 28, 28}, pixels)));
  EXPECT_NE(Digests(folder, JobOn({8})), swapped);
}

TEST(DataDigests, TestImagesWhichNoJobSeesDoNotCount) {
  const DataFolder folder(40, 7), other(40, 9);
  EXPECT_EQ(Digests(folder, JobOn({8})), Digests(other, JobOn({8})));
}

TEST(DataDigests, AMissingFileIsNotFound) {
  DataStore nowhere("/no/such/folder");
  EXPECT_EQ(DataDigests(JobOn({8}), nowhere).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace paceline
