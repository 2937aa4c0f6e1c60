#include "worker/data/image_data.h"

#include <fmt/format.h>

#include <utility>

#include "common/base/digest.h"
#include "common/footprint/machine_memory.h"
#include "worker/data/prepare.h"

namespace paceline {
namespace {

absl::Status CheckCount(const LabelledImages& images, uint64_t at_least) {
  if (images.count() >= at_least) return absl::OkStatus();
  return absl::DataLossError(fmt::format("{}: holds {} images; expected at least {}",
                                         images.images.name, images.count(), at_least));
}

Examples Prepared(ImagePreparer& preparer, const LabelledImages& raw, uint64_t begin,
                  uint64_t end) {
  Examples examples;
  const uint64_t pixels = preparer.pixels();
  examples.images.resize((end - begin) * pixels);
  for (uint64_t i = begin; i < end; ++i) {
    preparer.Prepare(i, std::span(examples.images).subspan((i - begin) * pixels, pixels));
  }
  examples.labels.assign(raw.labels.begin() + static_cast<std::ptrdiff_t>(begin),
                         raw.labels.begin() + static_cast<std::ptrdiff_t>(end));
  return examples;
}

// A byte each, or four if there are more classes than a byte tells apart.
std::string LabelBytes(const LabelledImages& images, int64_t classes) {
  std::string bytes;
  for (const int32_t label : images.labels) {
    const size_t size = classes <= 256 ? 1 : sizeof label;
    bytes.append(reinterpret_cast<const char*>(&label), size);
  }
  return bytes;
}

std::string DigestOf(const LabelledImages& images, int64_t classes) {
  FileArray shaped = images.images;
  if (shaped.shape.back() == 1) shaped.shape.pop_back();
  const std::string_view type = shaped.type == ElementType::kU8 ? "" : " float32";
  return Sha256Hex(fmt::format("images {}{}: {}\nlabels: {}\n", shaped.shape_text(), type,
                               Sha256Hex(shaped.bytes), Sha256Hex(LabelBytes(images, classes))));
}

void FillSplits(const RawDataSet& raw, const ImageUse& use, ImageData& data) {
  const uint64_t count = raw.train.count();
  ImagePreparer train(use, raw.train), test(use, raw.test);
  data.train = Prepared(train, raw.train, 0, count * 8 / 10);
  data.inner_valid = Prepared(train, raw.train, count * 8 / 10, count * 9 / 10);
  data.outer_valid = Prepared(train, raw.train, count * 9 / 10, count);
  data.test = Prepared(test, raw.test, 0, raw.test.count());
}

// Before any is taken: the system grants what it has not, and ends the process once it is touched.
absl::Status CheckMemory(const RawDataSet& raw, const ImageUse& use) {
  const uint64_t images = raw.train.count() + raw.test.count(), free = AvailableMemory();
  uint64_t bytes = images * sizeof(float);
  bool fits = true;
  for (const int64_t extent : ImageShape(use)) {
    fits = fits && !__builtin_mul_overflow(bytes, static_cast<uint64_t>(extent), &bytes);
  }
  if (fits && (bytes <= free || free == 0)) return absl::OkStatus();
  return absl::ResourceExhaustedError(fmt::format(
      "{}: {} images as {} take {}, but {} of memory are free", raw.train.images.name, images,
      TextOf(use), fits ? BytesText(bytes) : "more than 16 million TB", BytesText(free)));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ImageData>> MakeImageData(const RawDataSet& raw,
                                                               const ImageUse& use) {
  constexpr uint64_t kFewestForThreeSplits = 10;
  absl::Status status = CheckCount(raw.train, kFewestForThreeSplits);
  if (status.ok()) status = CheckCount(raw.test, 1);
  if (status.ok()) status = CheckMemory(raw, use);
  if (!status.ok()) return status;
  const std::vector<int64_t> shape = ImageShape(use);
  auto data = std::make_shared<ImageData>();
  data->height = static_cast<int>(shape[0]);
  data->width = static_cast<int>(shape[1]);
  data->channels = static_cast<int>(shape[2]);
  data->classes = static_cast<int>(raw.classes);
  FillSplits(raw, use, *data);
  data->digest = DigestOf(raw.train, raw.classes);
  return data;
}

}  // namespace paceline
