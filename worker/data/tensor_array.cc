#include "worker/data/tensor_array.h"

#include <fmt/format.h>

#include "common/base/mapped_file.h"
#include "common/safetensors/dtype.h"
#include "common/safetensors/header.h"

namespace paceline {
namespace {

std::optional<ElementType> TypeOf(DType dtype) {
  if (dtype == DType::kU8) return ElementType::kU8;
  if (dtype == DType::kI32) return ElementType::kI32;
  if (dtype == DType::kI64) return ElementType::kI64;
  if (dtype == DType::kF32) return ElementType::kF32;
  return std::nullopt;
}

using NamedTensor = std::pair<const std::string, TensorView>;

absl::StatusOr<const NamedTensor*> Find(const TensorFileView& file, std::string_view name) {
  if (name.empty()) {
    if (file.tensors.size() == 1) return &*file.tensors.begin();
    return absl::DataLossError(fmt::format("holds {} tensors; expected one", file.tensors.size()));
  }
  const auto found = file.tensors.find(std::string(name));
  if (found != file.tensors.end()) return &*found;
  return absl::NotFoundError(fmt::format("holds no tensor {}", name));
}

}  // namespace

absl::StatusOr<FileArray> ParseTensorArray(std::string_view bytes, std::string_view tensor) {
  const absl::StatusOr<TensorFileView> file = ViewSafetensors(bytes);
  if (!file.ok()) return absl::DataLossError(file.status().message());
  const absl::StatusOr<const NamedTensor*> found = Find(*file, tensor);
  if (!found.ok()) return found.status();
  const auto& [name, view] = **found;
  const std::optional<ElementType> type = TypeOf(view.dtype);
  if (!type) {
    return absl::DataLossError(
        fmt::format("tensor {} is of type {}, which is not read; expected U8, F32, I32 or I64",
                    QuotedName(name), DTypeName(view.dtype)));
  }
  return FileArray{.type = *type,
                   .shape = {view.shape.begin(), view.shape.end()},
                   .bytes = view.data,
                   .name = fmt::format("tensor {}", QuotedName(name)),
                   .begin = static_cast<uint64_t>(view.data.data() - bytes.data())};
}

absl::StatusOr<std::vector<std::string>> TensorNames(const std::string& path) {
  const absl::StatusOr<std::shared_ptr<const MappedFile>> mapped = MappedFile::Open(path);
  if (!mapped.ok()) return mapped.status();
  const absl::StatusOr<TensorFileView> file = ViewSafetensors((*mapped)->bytes());
  if (!file.ok()) return InFile(path, absl::DataLossError(file.status().message()));
  std::vector<std::string> names;
  for (const auto& [name, tensor] : file->tensors) names.push_back(name);
  return names;
}

absl::StatusOr<FileArray> ReadTensorArray(const std::string& path, std::string_view tensor) {
  const absl::StatusOr<std::shared_ptr<const MappedFile>> file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  absl::StatusOr<FileArray> array = ParseTensorArray((*file)->bytes(), tensor);
  if (!array.ok()) return InFile(path, array.status());
  array->name = fmt::format("{}: {}", path, array->name);
  array->owner = *file;
  return array;
}

}  // namespace paceline
