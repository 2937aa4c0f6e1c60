// Data sets in memory, read once and shared by all tasks that use them.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "paceline/v1/task.pb.h"
#include "worker/data/examples.h"
#include "worker/data/load_once.h"

namespace paceline {

// Thread-safe; files are read outside of any lock.
class DataStore {
 public:
  // Folder that holds one folder per data set: `<folder>/fashion-mnist/train-images-idx3-ubyte.gz`.
  explicit DataStore(std::string folder = "/usr/share/datasets") : folder_(std::move(folder)) {}

  // Images resized to size × size. NotFound (with the package to install), or DataLoss saying which
  // file is damaged, where and how.
  absl::StatusOr<std::shared_ptr<const ImageData>> Images(v1::Dataset dataset, int size);

 private:
  std::string folder_;
  LoadOnce<std::pair<int, int>, ImageData> images_;
};

}  // namespace paceline
