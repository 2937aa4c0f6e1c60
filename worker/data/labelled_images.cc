#include "worker/data/labelled_images.h"

#include <fmt/format.h>

namespace paceline {
namespace {

std::string ShapeText(const DatasetFacts& facts) {
  return facts.channels == 1
             ? fmt::format("{} x {}", facts.height, facts.width)
             : fmt::format("{} x {} x {}", facts.height, facts.width, facts.channels);
}

absl::Status CheckShape(const FileArray& images, const DatasetFacts& facts) {
  const std::vector<uint64_t>& shape = images.shape;
  const auto is = [](uint64_t extent, int64_t wanted) {
    return extent == static_cast<uint64_t>(wanted);
  };
  const bool has_channels = shape.size() == 4 && is(shape[3], facts.channels);
  const bool needs_none = shape.size() == 3 && facts.channels == 1;
  if ((has_channels || needs_none) && is(shape[1], facts.height) && is(shape[2], facts.width)) {
    return absl::OkStatus();
  }
  if (shape.size() != 3 && shape.size() != 4) {
    return absl::DataLossError(fmt::format("{}: holds an array of {}; expected images of {}",
                                           images.name, images.shape_text(), ShapeText(facts)));
  }
  FileArray one = images;
  one.shape.erase(one.shape.begin());
  return absl::DataLossError(fmt::format("{}: holds images of {}; expected {}", images.name,
                                         one.shape_text(), ShapeText(facts)));
}

absl::Status CheckPixels(const FileArray& images) {
  if (images.type == ElementType::kU8) return absl::OkStatus();
  if (images.type != ElementType::kF32) {
    return absl::DataLossError(
        fmt::format("{}: holds images of type {}; expected uint8, or float32 from 0 to 1",
                    images.name, ElementName(images.type)));
  }
  for (uint64_t i = 0; i < images.elements(); ++i) {
    const auto pixel = images.At<float>(i);
    if (pixel >= 0 && pixel <= 1) continue;
    return absl::DataLossError(
        fmt::format("{}: {} is pixel {}; expected 0 to 1", images.name, images.PlaceOf(i), pixel));
  }
  return absl::OkStatus();
}

int64_t LabelAt(const FileArray& labels, uint64_t i) {
  if (labels.type == ElementType::kU8) return labels.At<uint8_t>(i);
  return labels.type == ElementType::kI32 ? labels.At<int32_t>(i) : labels.At<int64_t>(i);
}

absl::StatusOr<std::vector<int32_t>> ReadLabels(const FileArray& labels, int64_t classes) {
  if (labels.shape.size() != 1 || labels.type == ElementType::kF32) {
    return absl::DataLossError(
        fmt::format("{}: holds {} values of type {}; expected labels in one dimension, uint8, "
                    "int32 or int64",
                    labels.name, labels.shape_text(), ElementName(labels.type)));
  }
  std::vector<int32_t> values(labels.elements());
  for (uint64_t i = 0; i < values.size(); ++i) {
    const int64_t label = LabelAt(labels, i);
    if (label < 0 || label >= classes) {
      return absl::DataLossError(fmt::format("{}: {} is label {}; expected 0 to {}", labels.name,
                                             labels.PlaceOf(i), label, classes - 1));
    }
    values[i] = static_cast<int32_t>(label);
  }
  return values;
}

}  // namespace

absl::StatusOr<LabelledImages> Labelled(FileArray images, const FileArray& labels,
                                        const DatasetFacts& facts) {
  if (absl::Status status = CheckShape(images, facts); !status.ok()) return status;
  if (labels.shape.size() == 1 && labels.shape[0] != images.shape[0]) {
    return absl::DataLossError(fmt::format("{}: holds {} labels, but there are {} images",
                                           labels.name, labels.shape[0], images.shape[0]));
  }
  absl::StatusOr<std::vector<int32_t>> values = ReadLabels(labels, facts.classes);
  if (!values.ok()) return values.status();
  if (absl::Status status = CheckPixels(images); !status.ok()) return status;
  images.shape.resize(4, 1);
  const float white = images.type == ElementType::kU8 ? 255.0f : 1.0f;
  return LabelledImages{std::move(images), *std::move(values), white};
}

std::pair<LabelledImages, LabelledImages> Cut(const LabelledImages& images, uint64_t first) {
  const auto middle = images.labels.begin() + static_cast<std::ptrdiff_t>(first);
  LabelledImages before = {
      images.images.Rows(0, first), {images.labels.begin(), middle}, images.white};
  LabelledImages from = {
      images.images.Rows(first, images.count()), {middle, images.labels.end()}, images.white};
  return {std::move(before), std::move(from)};
}

}  // namespace paceline
