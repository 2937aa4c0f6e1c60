// Data sets in memory, read once and shared by all tasks that use them.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/task/data_use.h"
#include "worker/data/examples.h"
#include "worker/data/load_once.h"

namespace paceline {

struct DataDigest {
  std::string name;    // in a config: "fashion_mnist"
  std::string digest;  // as ImageData::digest

  bool operator==(const DataDigest&) const = default;
};

// Thread-safe; files are read outside of any lock.
class DataStore {
 public:
  // Folder that holds one folder per data set: `<folder>/fashion-mnist/train-images-idx3-ubyte.gz`.
  explicit DataStore(std::string folder = "/usr/share/datasets") : folder_(std::move(folder)) {}

  // Images as `use` wants them. NotFound (with the package to install), or DataLoss saying which
  // file is damaged, where and how.
  absl::StatusOr<std::shared_ptr<const ImageData>> Images(const ImageUse& use);
  // Of what a job sees of the data. Errors as the readers'.
  absl::StatusOr<DataDigest> Digest(const DataUse& use);

 private:
  std::string folder_;
  LoadOnce<std::string, ImageData> images_;  // by TextOf
};

}  // namespace paceline
