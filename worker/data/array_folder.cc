#include "worker/data/array_folder.h"

#include <fmt/format.h>

#include <utility>

#include "worker/data/array_files.h"

namespace paceline {
namespace {

absl::StatusOr<LabelledImages> ReadPair(const ArrayFiles& files, ArrayRole images_role,
                                        ArrayRole labels_role, const DatasetFacts& facts) {
  absl::StatusOr<FileArray> images = files.Read(images_role);
  if (!images.ok()) return images.status();
  const absl::StatusOr<FileArray> labels = files.Read(labels_role);
  if (!labels.ok()) return labels.status();
  return Labelled(*std::move(images), *labels, facts);
}

RawDataSet WithoutTestPair(const LabelledImages& all, int64_t classes) {
  auto [train, test] = Cut(all, all.count() - all.count() / 10);
  return {std::move(train), std::move(test), classes};
}

}  // namespace

absl::StatusOr<RawDataSet> ReadArrayFolder(const std::string& folder, const DatasetFacts& facts) {
  const absl::StatusOr<ArrayFiles> files = ArrayFiles::In(folder);
  if (!files.ok()) return files.status();
  absl::StatusOr<LabelledImages> train =
      ReadPair(*files, ArrayRole::kTrainImages, ArrayRole::kTrainLabels, facts);
  if (!train.ok()) return train.status();
  if (!files->Has(ArrayRole::kTestImages) && !files->Has(ArrayRole::kTestLabels)) {
    return WithoutTestPair(*train, facts.classes);
  }
  absl::StatusOr<LabelledImages> test =
      ReadPair(*files, ArrayRole::kTestImages, ArrayRole::kTestLabels, facts);
  if (!test.ok()) return test.status();
  return RawDataSet{*std::move(train), *std::move(test), facts.classes};
}

}  // namespace paceline
