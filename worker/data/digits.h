// The 1,797 grey images of 8 × 8, ten classes, that scikit-learn carries: the test part of
// "Optical Recognition of Handwritten Digits" (E. Alpaydin, C. Kaynak, 1998).
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "worker/data/labelled_images.h"

namespace paceline {

// Out of <root>/digits/digits.csv.gz, or digits.csv there: a line an image, 64 pixels from 0 to 16
// and the label. 16 is white. The first 1,500 images are the training file, whose last two tenths
// are for validation as everywhere; the other 297 are for testing. NotFound (with
// what provides the file), or DataLoss saying where it is damaged and how.
absl::StatusOr<RawDataSet> ReadDigits(const std::string& root, const DatasetFacts& facts);

// The lines of a file, packed or not; any number of them. `images` own their bytes; errors name no
// path.
absl::StatusOr<LabelledImages> ParseDigits(std::string_view bytes);

}  // namespace paceline
