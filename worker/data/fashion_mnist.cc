#include "worker/data/fashion_mnist.h"

#include "worker/data/idx_images.h"

namespace paceline {

absl::StatusOr<RawDataSet> ReadFashionMnist(const std::string& root, const DatasetFacts& facts) {
  static const IdxImageFiles files = {
      .folders = {"fashion-mnist", "FashionMNIST/raw"},
      .provider = "run deploy/setup.sh, or install the Debian package dataset-fashion-mnist"};
  return ReadIdxImages(root, files, facts);
}

}  // namespace paceline
