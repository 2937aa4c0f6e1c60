#include "tests/fuzz/harness.h"
#include "tests/fuzz/require.h"
#include "worker/data/cifar.h"
#include "worker/data/digits.h"
#include "worker/data/idx.h"
#include "worker/data/npy.h"
#include "worker/data/tensor_array.h"

namespace paceline::fuzz {
namespace {

constexpr uint64_t kMaxExpansion = 1032;  // of a byte by deflate

void RequireDataLoss(const absl::Status& status) {
  PACELINE_REQUIRE(absl::IsDataLoss(status));
  PACELINE_REQUIRE(!status.message().empty());
}

// What holds of an array, packed or not.
void RequireWhole(const FileArray& array, std::string_view input) {
  PACELINE_REQUIRE(BytesOf(array.type, array.shape) == array.bytes.size());
  if (array.owner == nullptr) {
    PACELINE_REQUIRE(array.bytes.size() <= input.size());
    PACELINE_REQUIRE(array.bytes == input.substr(array.begin, array.bytes.size()));
  } else {
    PACELINE_REQUIRE(array.bytes.size() <= kMaxExpansion * input.size());
  }
}

// As images of the extents that it happens to have, labelled 0.
void RequireUsable(const FileArray& array) {
  if (array.shape.size() != 3 || array.bytes.size() > 1 << 20) return;
  const FileArray labels = {.shape = {array.shape[0]},
                            .bytes = std::string_view(array.bytes).substr(0, array.shape[0])};
  const DatasetFacts facts = {.name = "fuzz",
                              .height = static_cast<int64_t>(array.shape[1]),
                              .width = static_cast<int64_t>(array.shape[2]),
                              .channels = 1,
                              .classes = 256};
  if (labels.bytes.size() != array.shape[0]) return;
  const auto images = Labelled(array, labels, facts);
  if (!images.ok()) return RequireDataLoss(images.status());
  PACELINE_REQUIRE(images->count() == array.shape[0]);
  const auto [before, from] = Cut(*images, images->count() / 2);
  PACELINE_REQUIRE(before.images.bytes.size() + from.images.bytes.size() == array.bytes.size());
}

void RequireImages(const absl::StatusOr<LabelledImages>& images, int classes, int white) {
  if (!images.ok()) return RequireDataLoss(images.status());
  PACELINE_REQUIRE(BytesOf(ElementType::kU8, images->images.shape) == images->images.bytes.size());
  PACELINE_REQUIRE(images->images.shape[0] == images->count());
  for (const int32_t label : images->labels) PACELINE_REQUIRE(label >= 0 && label < classes);
  for (uint64_t i = 0; i < images->images.elements(); ++i) {
    PACELINE_REQUIRE(images->images.At<uint8_t>(i) <= white);
  }
}

}  // namespace

void Idx(std::string_view input) {
  for (const IdxDimensions dimensions : {IdxDimensions(1), IdxDimensions(3, 4)}) {
    const auto array = ParseIdx(input, dimensions);
    if (!array.ok()) {
      RequireDataLoss(array.status());
      continue;
    }
    RequireWhole(*array, input);
    RequireUsable(*array);
  }
}

void Npy(std::string_view input) {
  const auto array = ParseNpy(input);
  if (!array.ok()) return RequireDataLoss(array.status());
  RequireWhole(*array, input);
  RequireUsable(*array);
}

void TensorArray(std::string_view input) {
  const auto array = ParseTensorArray(input);
  if (!array.ok()) return RequireDataLoss(array.status());
  RequireWhole(*array, input);
  RequireUsable(*array);
}

void Cifar(std::string_view input) {
  constexpr int kClasses = 100, kAnyByte = 255;
  RequireImages(ParseCifar(input, {10}), 10, kAnyByte);
  RequireImages(ParseCifar(input, {20, kClasses}), kClasses, kAnyByte);
}

void Digits(std::string_view input) {
  constexpr int kWhite = 16;
  RequireImages(ParseDigits(input), 10, kWhite);
}

}  // namespace paceline::fuzz
