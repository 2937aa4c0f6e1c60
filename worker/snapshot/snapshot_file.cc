#include "worker/snapshot/snapshot_file.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/digest.h"
#include "common/safetensors/dtype.h"

namespace paceline {
namespace {

constexpr char kFormat[] = "paceline block snapshot 1";
constexpr char kFormatKey[] = "format", kJobKey[] = "job", kNameKey[] = "name",
               kChecksumKey[] = "sha256";

// Of all that the file says, in whatever order and layout.
template <class Tensors>
std::string Checksum(const Tensors& tensors, const std::map<std::string, std::string>& metadata) {
  std::string text;
  for (const auto& [key, value] : metadata) {
    if (key == kChecksumKey) continue;
    absl::StrAppend(&text, key, " ", Sha256Hex(value), "\n");
  }
  for (const auto& [name, tensor] : tensors) {
    absl::StrAppend(&text, name, " ", std::string(DTypeName(tensor.dtype)), " [",
                    absl::StrJoin(tensor.shape, ","), "] ", Sha256Hex(tensor.data), "\n");
  }
  return Sha256Hex(text);
}

std::string Value(const TensorFileView& file, const char* key) {
  const auto found = file.metadata.find(key);
  return found == file.metadata.end() ? "" : found->second;
}

}  // namespace

std::string SealSnapshot(TensorFile state, const SnapshotJob& job, const SnapshotName& name) {
  state.metadata[kFormatKey] = kFormat;
  state.metadata[kJobKey] = job;
  state.metadata[kNameKey] = FileName(name);
  state.metadata[kChecksumKey] = Checksum(state.tensors, state.metadata);
  return SerializeSafetensors(state);
}

absl::StatusOr<TensorFileView> OpenSnapshot(std::string_view bytes, const SnapshotJob& job,
                                            const SnapshotName& name) {
  auto file = ViewSafetensors(bytes);
  if (!file.ok()) {
    return absl::DataLossError(absl::StrCat("it is damaged: ", file.status().message()));
  }
  if (Value(*file, kChecksumKey) != Checksum(file->tensors, file->metadata)) {
    return absl::DataLossError("it is damaged: its checksum differs");
  }
  for (const auto& [key, expected] :
       {std::pair(kFormatKey, std::string(kFormat)), std::pair(kJobKey, job),
        std::pair(kNameKey, FileName(name))}) {
    if (Value(*file, key) == expected) continue;
    return absl::FailedPreconditionError(absl::StrCat("it is of something else: its ", key, " is '",
                                                      Value(*file, key), "', not '", expected,
                                                      "'"));
  }
  return file;
}

}  // namespace paceline
