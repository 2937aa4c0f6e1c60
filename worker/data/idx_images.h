// Data sets of the MNIST family: images and labels in IDX files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/task/data_use.h"
#include "worker/data/labelled_images.h"

namespace paceline {

// Where a data set's files are: train-images-idx3-ubyte, train-labels-idx1-ubyte,
// t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each with or without ".gz".
struct IdxImageFiles {
  std::vector<std::string_view> folders;  // the first that has a file gives it
  std::string_view provider;              // how files get into the first: "run deploy/setup.sh"
};

// NotFound (with what provides the files), or DataLoss saying which file is damaged, where and how.
absl::StatusOr<RawDataSet> ReadIdxImages(const std::string& root, const IdxImageFiles& files,
                                         const DatasetFacts& facts);

}  // namespace paceline
