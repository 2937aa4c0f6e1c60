#include "worker/data/fashion_mnist.h"

#include "worker/data/idx_images.h"

namespace paceline {

absl::StatusOr<std::shared_ptr<const ImageData>> LoadFashionMnist(const std::string& root,
                                                                  int size) {
  static const IdxImageFiles files = {.folders = {"fashion-mnist", "FashionMNIST/raw"},
                                      .package = "dataset-fashion-mnist",
                                      .train_images = "train-images-idx3-ubyte",
                                      .train_labels = "train-labels-idx1-ubyte",
                                      .test_images = "t10k-images-idx3-ubyte",
                                      .test_labels = "t10k-labels-idx1-ubyte",
                                      .size = 28,
                                      .classes = 10};
  return LoadIdxImages(root, files, size);
}

}  // namespace paceline
