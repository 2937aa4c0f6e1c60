// A folder of image arrays: one's own data set, or one whose published form is no plain array.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "worker/data/labelled_images.h"

namespace paceline {

// Four arrays, train_images, train_labels, test_images and test_labels, each as Labelled wants it:
// tensors of the folder's one other safetensors file, or files of their own, train-images.npy and
// so on, with one of these endings: .npy, .safetensors (one tensor), .idx, .idx.gz, and as the
// MNIST family is named -idx1-ubyte, -idx3-ubyte, -idx4-ubyte, each with or without .gz (t10k- for
// test-). Without the test pair the last tenth of the training examples is for testing.
//
// NotFound (with what belongs there), InvalidArgument if an array is there twice, or DataLoss
// saying which file is damaged or not what `facts` say, where and how.
absl::StatusOr<RawDataSet> ReadArrayFolder(const std::string& folder, const DatasetFacts& facts);

}  // namespace paceline
