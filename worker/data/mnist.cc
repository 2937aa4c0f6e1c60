#include "worker/data/mnist.h"

#include "worker/data/idx_images.h"

namespace paceline {

absl::StatusOr<RawDataSet> ReadMnist(const std::string& root, const DatasetFacts& facts) {
  static const IdxImageFiles files = {
      .folders = {"mnist", "MNIST/raw"},
      .provider = "put MNIST's four IDX files there (README.md, \"Data\")"};
  return ReadIdxImages(root, files, facts);
}

}  // namespace paceline
