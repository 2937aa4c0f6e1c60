#include "worker/data/cifar.h"

#include <fmt/format.h>

#include <utility>

#include "common/base/mapped_file.h"

namespace paceline {
namespace {

constexpr uint64_t kSide = 32, kPlane = kSide * kSide, kChannels = 3, kPixels = kChannels * kPlane;

struct CifarFiles {
  std::string folder;
  std::vector<std::string> train = {};
  std::string test;
  std::vector<int64_t> label_classes;
};

// planar: [channel, place]. out: [place, channel].
void Interleave(const char* planar, uint8_t* out) {
  for (uint64_t place = 0; place < kPlane; ++place) {
    for (uint64_t channel = 0; channel < kChannels; ++channel) {
      out[place * kChannels + channel] = static_cast<uint8_t>(planar[channel * kPlane + place]);
    }
  }
}

absl::Status CheckLabels(std::string_view bytes, uint64_t record,
                         const std::vector<int64_t>& label_classes) {
  for (size_t i = 0; i < label_classes.size(); ++i) {
    const auto label = static_cast<uint8_t>(bytes[record + i]);
    if (label < label_classes[i]) continue;
    return absl::DataLossError(fmt::format("byte {} is label {}; expected 0 to {}", record + i,
                                           label, label_classes[i] - 1));
  }
  return absl::OkStatus();
}

// The same images in one piece, the files in turn.
LabelledImages Joined(const std::vector<LabelledImages>& parts) {
  if (parts.size() == 1) return parts.front();
  auto pixels = std::make_shared<std::string>();
  LabelledImages all = {.images = parts.front().images};
  for (const LabelledImages& part : parts) {
    pixels->append(part.images.bytes);
    all.labels.insert(all.labels.end(), part.labels.begin(), part.labels.end());
  }
  all.images.shape[0] = all.labels.size();
  all.images.bytes = *pixels;
  all.images.owner = std::move(pixels);
  return all;
}

absl::StatusOr<LabelledImages> ReadFile(const CifarFiles& files, const std::string& name) {
  const std::string path = fmt::format("{}/{}", files.folder, name);
  const absl::StatusOr<std::shared_ptr<const MappedFile>> file = MappedFile::Open(path);
  if (absl::IsNotFound(file.status())) {
    return absl::NotFoundError(fmt::format(
        "there is no data file {}: put the files of the data set's binary version there "
        "(README.md, \"Data\")",
        path));
  }
  if (!file.ok()) return file.status();
  absl::StatusOr<LabelledImages> images = ParseCifar((*file)->bytes(), files.label_classes);
  if (!images.ok()) return InFile(path, images.status());
  images->images.name = path;
  return images;
}

absl::StatusOr<LabelledImages> ReadTraining(const CifarFiles& files) {
  std::vector<LabelledImages> parts;
  for (const std::string& name : files.train) {
    absl::StatusOr<LabelledImages> part = ReadFile(files, name);
    if (!part.ok()) return part.status();
    parts.push_back(*std::move(part));
    if (parts.back().count() == parts.front().count()) continue;
    return absl::DataLossError(fmt::format(
        "{}: holds {} images, but {} holds {}; expected as many in each", parts.back().images.name,
        parts.back().count(), parts.front().images.name, parts.front().count()));
  }
  return Joined(parts);
}

absl::StatusOr<RawDataSet> ReadCifar(const CifarFiles& files) {
  absl::StatusOr<LabelledImages> train = ReadTraining(files);
  if (!train.ok()) return train.status();
  absl::StatusOr<LabelledImages> test = ReadFile(files, files.test);
  if (!test.ok()) return test.status();
  return RawDataSet{*std::move(train), *std::move(test), files.label_classes.back()};
}

}  // namespace

absl::StatusOr<LabelledImages> ParseCifar(std::string_view bytes,
                                          const std::vector<int64_t>& label_classes) {
  const uint64_t labels = label_classes.size(), record = labels + kPixels;
  if (bytes.size() % record != 0) {
    return absl::DataLossError(
        fmt::format("ends at byte {}, within a record of {} bytes that began at byte {}",
                    bytes.size(), record, bytes.size() / record * record));
  }
  const uint64_t count = bytes.size() / record;
  auto pixels = std::make_shared<std::vector<uint8_t>>(count * kPixels);
  LabelledImages images;
  for (uint64_t i = 0; i < count; ++i) {
    absl::Status status = CheckLabels(bytes, i * record, label_classes);
    if (!status.ok()) return status;
    images.labels.push_back(static_cast<uint8_t>(bytes[i * record + labels - 1]));
    Interleave(bytes.data() + i * record + labels, pixels->data() + i * kPixels);
  }
  images.images.shape = {count, kSide, kSide, kChannels};
  images.images.bytes = {reinterpret_cast<const char*>(pixels->data()), pixels->size()};
  images.images.owner = std::move(pixels);
  return images;
}

absl::StatusOr<RawDataSet> ReadCifar10(const std::string& root, const DatasetFacts& facts) {
  CifarFiles files = {.folder = root + "/cifar-10-batches-bin",
                      .test = "test_batch.bin",
                      .label_classes = {facts.classes}};
  for (int i = 1; i <= 5; ++i) files.train.push_back(fmt::format("data_batch_{}.bin", i));
  return ReadCifar(files);
}

absl::StatusOr<RawDataSet> ReadCifar100(const std::string& root, const DatasetFacts& facts) {
  constexpr int64_t kCoarseClasses = 20;
  return ReadCifar({.folder = root + "/cifar-100-binary",
                    .train = {"train.bin"},
                    .test = "test.bin",
                    .label_classes = {kCoarseClasses, facts.classes}});
}

}  // namespace paceline
