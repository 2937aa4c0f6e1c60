#include "worker/data/mnist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/worker/data/idx_files.h"
#include "tests/worker/data/made_files.h"
#include "worker/data/dataset.h"

namespace paceline {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

void WriteFiles(const TemporaryFolder& folder, const std::string& below) {
  folder.Write(below + "/train-images-idx3-ubyte.gz",
               Gzip(IdxBytes({20, 28, 28}, Counting(20 * 784, 251))));
  folder.Write(below + "/train-labels-idx1-ubyte", IdxBytes({20}, Counting(20, 10)));
  folder.Write(below + "/t10k-images-idx3-ubyte", IdxBytes({3, 28, 28}, Counting(3 * 784, 251)));
  folder.Write(below + "/t10k-labels-idx1-ubyte.gz", Gzip(IdxBytes({3}, Counting(3, 10))));
}

TEST(Mnist, IsReadPackedOrNotFromItsFolderAndWhereTorchvisionPutsIt) {
  for (const char* below : {"mnist", "MNIST/raw"}) {
    const TemporaryFolder folder;
    WriteFiles(folder, below);
    const auto data = DataStore(folder.path()).Images({v1::DATASET_MNIST, 0});
    ASSERT_TRUE(data.ok()) << below << data.status();
    EXPECT_EQ((*data)->height, 28);
    EXPECT_EQ((*data)->classes, 10);
    EXPECT_EQ((*data)->train.count(), 16u);
    EXPECT_EQ((*data)->test.count(), 3u);
    EXPECT_EQ((*data)->train.images[300], static_cast<float>(300 % 251) / 255.0f);
  }
}

TEST(Mnist, WithoutItsFilesItIsSaidWhereTheyBelong) {
  const TemporaryFolder folder;
  const absl::Status status = DataStore(folder.path()).Images({v1::DATASET_MNIST, 0}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(folder.PathOf("mnist/train-images-idx3-ubyte.gz")),
                    HasSubstr("README.md, \"Data\"")));
}

}  // namespace
}  // namespace paceline
