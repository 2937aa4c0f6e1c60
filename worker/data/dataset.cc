#include "worker/data/dataset.h"

#include <utility>

#include <fmt/format.h>

#include "worker/data/idx.h"
#include "worker/data/resize.h"

namespace paceline {
namespace {

// Where a data set's files are and what they must contain.
struct ImageFiles {
  std::string_view folder;
  std::string_view package;
  std::string_view train_images, train_labels, test_images, test_labels;
  int size;
  int classes;
};

constexpr ImageFiles kFashionMnist = {.folder = "fashion-mnist",
                                      .package = "dataset-fashion-mnist",
                                      .train_images = "train-images-idx3-ubyte.gz",
                                      .train_labels = "train-labels-idx1-ubyte.gz",
                                      .test_images = "t10k-images-idx3-ubyte.gz",
                                      .test_labels = "t10k-labels-idx1-ubyte.gz",
                                      .size = 28,
                                      .classes = 10};

// The images and labels of one pair of files, as they are there.
struct RawExamples {
  IdxArray images;  // [example, size, size]
  IdxArray labels;  // [example]
};

absl::Status CheckImages(const IdxArray& images, const std::string& path, const ImageFiles& files) {
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

absl::StatusOr<IdxArray> ReadDataFile(const std::string& path, int dimensions,
                                      const ImageFiles& files) {
  absl::StatusOr<IdxArray> array = ReadIdx(path, dimensions);
  if (array.ok() || !absl::IsNotFound(array.status())) return array;
  return absl::NotFoundError(
      fmt::format("there is no data file {}: run deploy/setup.sh, or install the Debian package {}",
                  path, files.package));
}

absl::StatusOr<RawExamples> ReadExamples(const std::string& images_path,
                                         const std::string& labels_path, size_t at_least,
                                         const ImageFiles& files) {
  absl::StatusOr<IdxArray> images = ReadDataFile(images_path, 3, files);
  if (!images.ok()) return images.status();
  if (absl::Status status = CheckImages(*images, images_path, files); !status.ok()) return status;
  const size_t count = images->shape[0];
  if (count < at_least) {
    return absl::DataLossError(
        fmt::format("{}: holds {} images; expected at least {}", images_path, count, at_least));
  }
  absl::StatusOr<IdxArray> labels = ReadDataFile(labels_path, 1, files);
  if (!labels.ok()) return labels.status();
  if (absl::Status status = CheckLabels(*labels, labels_path, count, files.classes); !status.ok()) {
    return status;
  }
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

absl::StatusOr<std::shared_ptr<const ImageData>> Load(const std::string& folder,
                                                      const ImageFiles& files, int size) {
  const auto path = [&](std::string_view file) {
    return fmt::format("{}/{}/{}", folder, files.folder, file);
  };
  constexpr size_t kFewestForThreeSplits = 10;
  const absl::StatusOr<RawExamples> train = ReadExamples(
      path(files.train_images), path(files.train_labels), kFewestForThreeSplits, files);
  if (!train.ok()) return train.status();
  const absl::StatusOr<RawExamples> test =
      ReadExamples(path(files.test_images), path(files.test_labels), 1, files);
  if (!test.ok()) return test.status();

  const size_t count = train->labels.values.size();
  auto data = std::make_shared<ImageData>();
  data->size = size;
  data->classes = files.classes;
  data->train = Resized(*train, 0, count * 8 / 10, size);
  data->inner_valid = Resized(*train, count * 8 / 10, count * 9 / 10, size);
  data->outer_valid = Resized(*train, count * 9 / 10, count, size);
  data->test = Resized(*test, 0, test->labels.values.size(), size);
  return data;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ImageData>> DataStore::Images(v1::Dataset dataset, int size) {
  if (dataset != v1::DATASET_FASHION_MNIST) {
    return absl::InvalidArgumentError(fmt::format(
        "data set {} is unknown; the one known is fashion_mnist", static_cast<int>(dataset)));
  }
  if (size < 1 || size > kFashionMnist.size) {
    return absl::InvalidArgumentError(
        fmt::format("images of fashion_mnist cannot be resized to {} x {}; sizes are 1 to {}", size,
                    size, kFashionMnist.size));
  }
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const ImageData>& images = images_[{static_cast<int>(dataset), size}];
  if (images == nullptr) {
    absl::StatusOr<std::shared_ptr<const ImageData>> loaded = Load(folder_, kFashionMnist, size);
    if (!loaded.ok()) return loaded.status();
    images = *std::move(loaded);
  }
  return images;
}

}  // namespace paceline
