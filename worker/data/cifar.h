// CIFAR-10 and CIFAR-100 (A. Krizhevsky, 2009): 50,000 + 10,000 images of 32 × 32 × 3, ten and a
// hundred classes, in the binary version of their home page.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "worker/data/labelled_images.h"

namespace paceline {

// Out of <root>/cifar-10-batches-bin: data_batch_1.bin to data_batch_5.bin, test_batch.bin.
// NotFound (with what belongs there), or DataLoss saying which file is damaged, where and how.
absl::StatusOr<RawDataSet> ReadCifar10(const std::string& root, const DatasetFacts& facts);
// Out of <root>/cifar-100-binary: train.bin, test.bin; of the two labels the fine one. Likewise.
absl::StatusOr<RawDataSet> ReadCifar100(const std::string& root, const DatasetFacts& facts);

// A file's records: one label for each of `label_classes`, of which the last is the image's, then
// the red, green and blue plane. Of a file's bytes; `images` own theirs; errors name no path.
absl::StatusOr<LabelledImages> ParseCifar(std::string_view bytes,
                                          const std::vector<int64_t>& label_classes);

}  // namespace paceline
