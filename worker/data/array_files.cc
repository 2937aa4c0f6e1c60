#include "worker/data/array_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "worker/data/idx.h"
#include "worker/data/npy.h"
#include "worker/data/tensor_array.h"

namespace paceline {
namespace {

constexpr ArrayRole kRoles[] = {ArrayRole::kTrainImages, ArrayRole::kTrainLabels,
                                ArrayRole::kTestImages, ArrayRole::kTestLabels};
constexpr std::string_view kEndings[] = {
    ".npy",           ".safetensors", ".idx",           ".idx.gz",     "-idx1-ubyte",
    "-idx1-ubyte.gz", "-idx3-ubyte",  "-idx3-ubyte.gz", "-idx4-ubyte", "-idx4-ubyte.gz"};
constexpr std::string_view kTensors = ".safetensors";

// What a file's name begins with.
std::string_view StemOf(ArrayRole role) {
  switch (role) {
    case ArrayRole::kTrainImages:
      return "train-images";
    case ArrayRole::kTrainLabels:
      return "train-labels";
    case ArrayRole::kTestImages:
      return "test-images";
    case ArrayRole::kTestLabels:
      break;
  }
  return "test-labels";
}

bool IsLabels(ArrayRole role) {
  return role == ArrayRole::kTrainLabels || role == ArrayRole::kTestLabels;
}

std::string TensorOf(ArrayRole role) {
  std::string name(StemOf(role));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

bool IsNamed(std::string_view name, ArrayRole role) {
  constexpr std::string_view kMnistTest = "t10k-", kTest = "test-";
  const std::string text = name.starts_with(kMnistTest)
                               ? fmt::format("{}{}", kTest, name.substr(kMnistTest.size()))
                               : std::string(name);
  return std::any_of(std::begin(kEndings), std::end(kEndings), [&](std::string_view ending) {
    return text == fmt::format("{}{}", StemOf(role), ending);
  });
}

// In an order that does not depend on the file system.
absl::StatusOr<std::vector<std::string>> NamesIn(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error) {
    return absl::ErrnoToStatus(error.value(),
                               fmt::format("cannot read the data set's folder {}", folder));
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<FileArray> ReadFormat(const std::string& path, const std::string& tensor,
                                     ArrayRole role) {
  if (path.ends_with(kTensors)) return ReadTensorArray(path, tensor);
  if (path.ends_with(".npy")) return ReadNpy(path);
  return ReadIdx(path, IsLabels(role) ? IdxDimensions(1) : IdxDimensions(3, 4));
}

}  // namespace

absl::StatusOr<ArrayFiles> ArrayFiles::In(const std::string& folder) {
  const absl::StatusOr<std::vector<std::string>> names = NamesIn(folder);
  if (!names.ok()) return names.status();
  ArrayFiles files(folder);
  for (const std::string& name : *names) {
    if (absl::Status status = files.Add(name); !status.ok()) return status;
  }
  return files;
}

absl::StatusOr<FileArray> ArrayFiles::Read(ArrayRole role) const {
  const Place& place = PlaceOf(role);
  if (!place.path.empty()) return ReadFormat(place.path, place.tensor, role);
  return absl::NotFoundError(fmt::format(
      "there is no {0} in {1}: expected {0}.npy, {0}.safetensors, {0}.idx or {0}.idx.gz, "
      "or a safetensors file with a tensor {2} (README.md, \"Data\")",
      StemOf(role), folder_, TensorOf(role)));
}

absl::Status ArrayFiles::Add(const std::string& name) {
  const std::string path = fmt::format("{}/{}", folder_, name);
  for (const ArrayRole role : kRoles) {
    if (IsNamed(name, role)) return Set(role, {path});
  }
  return name.ends_with(kTensors) ? AddTensors(path) : absl::OkStatus();
}

absl::Status ArrayFiles::AddTensors(const std::string& path) {
  const absl::StatusOr<std::vector<std::string>> tensors = TensorNames(path);
  if (!tensors.ok()) return tensors.status();
  for (const ArrayRole role : kRoles) {
    if (std::find(tensors->begin(), tensors->end(), TensorOf(role)) == tensors->end()) continue;
    if (absl::Status status = Set(role, {path, TensorOf(role)}); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ArrayFiles::Set(ArrayRole role, Place place) {
  Place& known = places_[static_cast<size_t>(role)];
  if (!known.path.empty()) {
    return absl::InvalidArgumentError(fmt::format("{} and {} both hold {}; leave one of them there",
                                                  known.path, place.path, StemOf(role)));
  }
  known = std::move(place);
  return absl::OkStatus();
}

}  // namespace paceline
