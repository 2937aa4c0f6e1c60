// Data sets in memory, resized once and shared by all tasks that use them.
//
// Splits (reference: google/learned_optimization): the first 80 % of the training file is kTrain,
// the next 10 % kInnerValid, the last 10 % kOuterValid; the test file is kTest. Images are resized
// bilinearly (half-pixel centres, no antialiasing, edges clamped, x then y, float32), then divided
// by 255.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "paceline/v1/task.pb.h"

namespace paceline {

// Examples of one split: images [example, size·size], labels [example].
struct Examples {
  std::vector<float> images;
  std::vector<int32_t> labels;
  size_t count() const { return labels.size(); }
};

struct ImageData {
  int size = 0;  // images are size × size × 1
  int classes = 0;
  Examples train, inner_valid, outer_valid, test;
};

// Thread-safe.
class DataStore {
 public:
  // Folder that holds one folder per data set: `<folder>/fashion-mnist/train-images-idx3-ubyte.gz`.
  explicit DataStore(std::string folder = "/usr/share/datasets") : folder_(std::move(folder)) {}

  // NotFound (with the package to install), or DataLoss saying which file is damaged, where and
  // how.
  absl::StatusOr<std::shared_ptr<const ImageData>> Images(v1::Dataset dataset, int size);

 private:
  std::string folder_;
  std::mutex mutex_;
  std::map<std::pair<int, int>, std::shared_ptr<const ImageData>> images_;  // guarded by mutex_
};

}  // namespace paceline
