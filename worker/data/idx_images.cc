#include "worker/data/idx_images.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "worker/data/idx.h"

namespace paceline {
namespace {

// Packed or not, in the first folder that has it.
absl::StatusOr<std::string> FindFile(const std::string& root, std::string_view file,
                                     const IdxImageFiles& files) {
  for (const std::string_view folder : files.folders) {
    for (const std::string_view ending : {".gz", ""}) {
      std::string path = fmt::format("{}/{}/{}{}", root, folder, file, ending);
      std::error_code ignored;
      if (std::filesystem::exists(path, ignored)) return path;
    }
  }
  return absl::NotFoundError(
      fmt::format("there is no data file {}/{}/{}.gz, nor an unpacked one: {}", root,
                  files.folders.front(), file, files.provider));
}

absl::StatusOr<FileArray> FindAndRead(const std::string& root, std::string_view file,
                                      const IdxImageFiles& files, int dimensions) {
  const absl::StatusOr<std::string> path = FindFile(root, file, files);
  if (!path.ok()) return path.status();
  return ReadIdx(*path, dimensions);
}

absl::StatusOr<LabelledImages> ReadPair(const std::string& root, std::string_view stem,
                                        const IdxImageFiles& files, const DatasetFacts& facts) {
  absl::StatusOr<FileArray> images =
      FindAndRead(root, fmt::format("{}-images-idx3-ubyte", stem), files, 3);
  if (!images.ok()) return images.status();
  const absl::StatusOr<FileArray> labels =
      FindAndRead(root, fmt::format("{}-labels-idx1-ubyte", stem), files, 1);
  if (!labels.ok()) return labels.status();
  return Labelled(*std::move(images), *labels, facts);
}

}  // namespace

absl::StatusOr<RawDataSet> ReadIdxImages(const std::string& root, const IdxImageFiles& files,
                                         const DatasetFacts& facts) {
  absl::StatusOr<LabelledImages> train = ReadPair(root, "train", files, facts);
  if (!train.ok()) return train.status();
  absl::StatusOr<LabelledImages> test = ReadPair(root, "t10k", files, facts);
  if (!test.ok()) return test.status();
  return RawDataSet{*std::move(train), *std::move(test), facts.classes};
}

}  // namespace paceline
