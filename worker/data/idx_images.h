// Data sets of the MNIST family: images and labels in IDX files.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/examples.h"

namespace paceline {

// Where a data set's files are and what they must contain.
struct IdxImageFiles {
  std::vector<std::string_view> folders;  // the first that has a file gives it
  std::string_view package;               // of Debian; its files lie in the first folder
  // Each with or without ".gz".
  std::string_view train_images, train_labels, test_images, test_labels;
  int size;  // images are size × size × 1
  int classes;
};

// Images resized to size × size. NotFound (with the package to install), or DataLoss saying which
// file is damaged, where and how.
absl::StatusOr<std::shared_ptr<const ImageData>> LoadIdxImages(const std::string& root,
                                                               const IdxImageFiles& files,
                                                               int size);

}  // namespace paceline
