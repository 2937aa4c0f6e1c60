#include "worker/data/idx_images.h"

#include <filesystem>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "common/base/digest.h"
#include "worker/data/idx.h"
#include "worker/data/resize.h"

namespace paceline {
namespace {

// The images and labels of one pair of files, as they are there.
struct RawExamples {
  IdxArray images;  // [example, size, size]
  IdxArray labels;  // [example]
};

absl::Status CheckImages(const IdxArray& images, const std::string& path,
                         const IdxImageFiles& files) {
  if (static_cast<int>(images.shape[1]) == files.size &&
      static_cast<int>(images.shape[2]) == files.size) {
    return absl::OkStatus();
  }
  return absl::DataLossError(
      fmt::format("{}: bytes 8 to 15 of the unpacked data say images of {} x {}; expected {} x {}",
                  path, images.shape[1], images.shape[2], files.size, files.size));
}

absl::Status CheckLabels(const IdxArray& labels, const std::string& path, size_t images,
                         int classes) {
  if (labels.values.size() != images) {
    return absl::DataLossError(fmt::format("{}: holds {} labels, but there are {} images", path,
                                           labels.values.size(), images));
  }
  for (size_t i = 0; i < images; ++i) {
    if (labels.values[i] < classes) continue;
    constexpr size_t kHeaderBytes = 8;
    return absl::DataLossError(
        fmt::format("{}: byte {} of the unpacked data is label {}; expected 0 to {}", path,
                    kHeaderBytes + i, labels.values[i], classes - 1));
  }
  return absl::OkStatus();
}

// Where a file is: packed or not, in the first folder that has it.
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
      fmt::format("there is no data file {}/{}/{}.gz, nor an unpacked one: run deploy/setup.sh, or "
                  "install the Debian package {}",
                  root, files.folders.front(), file, files.package));
}

absl::StatusOr<RawExamples> ReadExamples(const std::string& root, std::string_view images_file,
                                         std::string_view labels_file, size_t at_least,
                                         const IdxImageFiles& files) {
  const absl::StatusOr<std::string> images_path = FindFile(root, images_file, files);
  if (!images_path.ok()) return images_path.status();
  absl::StatusOr<IdxArray> images = ReadIdx(*images_path, 3);
  if (!images.ok()) return images.status();
  if (absl::Status status = CheckImages(*images, *images_path, files); !status.ok()) return status;
  const size_t count = images->shape[0];
  if (count < at_least) {
    return absl::DataLossError(
        fmt::format("{}: holds {} images; expected at least {}", *images_path, count, at_least));
  }
  const absl::StatusOr<std::string> labels_path = FindFile(root, labels_file, files);
  if (!labels_path.ok()) return labels_path.status();
  absl::StatusOr<IdxArray> labels = ReadIdx(*labels_path, 1);
  if (!labels.ok()) return labels.status();
  absl::Status status = CheckLabels(*labels, *labels_path, count, files.classes);
  if (!status.ok()) return status;
  return RawExamples{*std::move(images), *std::move(labels)};
}

// Examples [begin, end), resized to size × size.
Examples Resized(const RawExamples& raw, size_t begin, size_t end, int size) {
  const int from = static_cast<int>(raw.images.shape[1]);
  const size_t from_pixels = static_cast<size_t>(from) * from;
  const size_t pixels = static_cast<size_t>(size) * size;
  const BilinearResizer resizer(from, size);
  Examples examples;
  examples.images.resize((end - begin) * pixels);
  for (size_t i = begin; i < end; ++i) {
    resizer.Resize(std::span(raw.images.values).subspan(i * from_pixels, from_pixels),
                   std::span(examples.images).subspan((i - begin) * pixels, pixels));
  }
  examples.labels.assign(raw.labels.values.begin() + begin, raw.labels.values.begin() + end);
  return examples;
}

std::string DigestOfBytes(std::span<const uint8_t> values) {
  return Sha256Hex({reinterpret_cast<const char*>(values.data()), values.size()});
}

std::string DigestOf(const RawExamples& raw) {
  const std::vector<uint32_t>& shape = raw.images.shape;
  return Sha256Hex(fmt::format("images {} x {} x {}: {}\nlabels: {}\n", shape[0], shape[1],
                               shape[2], DigestOfBytes(raw.images.values),
                               DigestOfBytes(raw.labels.values)));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ImageData>> LoadIdxImages(const std::string& root,
                                                               const IdxImageFiles& files,
                                                               int size) {
  constexpr size_t kFewestForThreeSplits = 10;
  const absl::StatusOr<RawExamples> train =
      ReadExamples(root, files.train_images, files.train_labels, kFewestForThreeSplits, files);
  if (!train.ok()) return train.status();
  const absl::StatusOr<RawExamples> test =
      ReadExamples(root, files.test_images, files.test_labels, 1, files);
  if (!test.ok()) return test.status();

  const size_t count = train->labels.values.size();
  auto data = std::make_shared<ImageData>();
  data->height = data->width = size;
  data->channels = 1;
  data->classes = files.classes;
  data->train = Resized(*train, 0, count * 8 / 10, size);
  data->inner_valid = Resized(*train, count * 8 / 10, count * 9 / 10, size);
  data->outer_valid = Resized(*train, count * 9 / 10, count, size);
  data->test = Resized(*test, 0, test->labels.values.size(), size);
  data->digest = DigestOf(*train);
  return data;
}

}  // namespace paceline
