#include "worker/data/digits.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <utility>

#include "common/base/mapped_file.h"
#include "worker/data/byte_reader.h"

namespace paceline {
namespace {

constexpr uint64_t kSide = 8, kPixels = kSide * kSide;
constexpr int kWhite = 16, kClasses = 10;
constexpr uint64_t kImages = 1797, kTrainingImages = 1500;
constexpr size_t kMaxBytes = size_t{1} << 24;

// The next whole number of a line, which must be from 0 to `most`, and what ends it.
absl::StatusOr<uint8_t> ReadNumber(std::string_view text, size_t& position, int most, char end) {
  unsigned value = 0;
  const char* begin = text.data() + position;
  const auto [stop, error] = std::from_chars(begin, text.data() + text.size(), value);
  if (error != std::errc() || value > static_cast<unsigned>(most)) {
    return absl::DataLossError(fmt::format(
        "byte {} of the unpacked data: expected a whole number from 0 to {}", position, most));
  }
  position += static_cast<size_t>(stop - begin);
  if (end == '\n' && position < text.size() && text[position] == '\r') ++position;
  if (position == text.size() || text[position] != end) {
    return absl::DataLossError(fmt::format("byte {} of the unpacked data: expected {} after {}",
                                           position, end == '\n' ? "the line's end" : "a comma",
                                           value));
  }
  ++position;
  return static_cast<uint8_t>(value);
}

using Line = std::array<uint8_t, kPixels + 1>;

absl::StatusOr<Line> ReadLine(std::string_view text, size_t& position) {
  Line line;
  for (size_t i = 0; i < line.size(); ++i) {
    const bool is_label = i == kPixels;
    const absl::StatusOr<uint8_t> number =
        ReadNumber(text, position, is_label ? kClasses - 1 : kWhite, is_label ? '\n' : ',');
    if (!number.ok()) return number.status();
    line[i] = *number;
  }
  return line;
}

absl::StatusOr<std::string> FindFile(const std::string& root) {
  const std::string path = root + "/digits/digits.csv";
  for (const std::string& name : {path + ".gz", path}) {
    std::error_code ignored;
    if (std::filesystem::exists(name, ignored)) return name;
  }
  return absl::NotFoundError(
      fmt::format("there is no data file {}.gz, nor an unpacked one: run deploy/setup.sh, which "
                  "takes it out of "
                  "scikit-learn",
                  path));
}

}  // namespace

absl::StatusOr<LabelledImages> ParseDigits(std::string_view bytes) {
  const absl::StatusOr<OwnedBytes> unpacked = OpenBytes(bytes)->TakeAll(kMaxBytes);
  if (!unpacked.ok()) return unpacked.status();
  auto pixels = std::make_shared<std::vector<uint8_t>>();
  LabelledImages images = {.white = kWhite};
  for (size_t position = 0; position < unpacked->bytes.size();) {
    const absl::StatusOr<Line> line = ReadLine(unpacked->bytes, position);
    if (!line.ok()) return line.status();
    pixels->insert(pixels->end(), line->begin(), line->begin() + kPixels);
    images.labels.push_back(line->back());
  }
  images.images.shape = {images.count(), kSide, kSide, 1};
  images.images.bytes = {reinterpret_cast<const char*>(pixels->data()), pixels->size()};
  images.images.owner = std::move(pixels);
  return images;
}

absl::StatusOr<RawDataSet> ReadDigits(const std::string& root, const DatasetFacts& facts) {
  const absl::StatusOr<std::string> path = FindFile(root);
  if (!path.ok()) return path.status();
  const absl::StatusOr<std::shared_ptr<const MappedFile>> file = MappedFile::Open(*path);
  if (!file.ok()) return file.status();
  absl::StatusOr<LabelledImages> images = ParseDigits((*file)->bytes());
  if (!images.ok()) return InFile(*path, images.status());
  images->images.name = *path;
  if (images->count() != kImages) {
    return absl::DataLossError(
        fmt::format("{}: holds {} images; expected {}", *path, images->count(), kImages));
  }
  auto [train, test] = Cut(*images, kTrainingImages);
  return RawDataSet{std::move(train), std::move(test), facts.classes};
}

}  // namespace paceline
