#include "worker/data/file_bytes.h"

#include <fmt/format.h>

#include <span>
#include <utility>

#include "worker/data/gunzip.h"

namespace paceline {
namespace {

// There are 65,530 mappings for a process, and folders of more files than that.
constexpr size_t kWorthMapping = size_t{1} << 20;

absl::Status In(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(), fmt::format("{}: {}", path, std::string(status.message())));
}

}  // namespace

absl::StatusOr<std::string> Unpacked(std::string_view packed, size_t max_bytes) {
  Gunzip file(packed);
  std::string bytes;
  size_t written = 0;
  do {
    constexpr size_t kPiece = size_t{1} << 20;
    const size_t before = bytes.size();
    bytes.resize(before + kPiece);
    const std::span<uint8_t> piece(reinterpret_cast<uint8_t*>(bytes.data()) + before, kPiece);
    const absl::Status status = file.ReadUpTo(piece, &written);
    if (!status.ok()) return status;
    bytes.resize(before + written);
    if (bytes.size() > max_bytes) {
      return absl::ResourceExhaustedError(
          fmt::format("unpacks to more than the {} bytes allowed", max_bytes));
    }
  } while (written != 0);
  const absl::Status status = file.Finish();
  if (!status.ok()) return status;
  return bytes;
}

absl::StatusOr<FileBytes> FileBytes::Read(const std::string& path, size_t max_bytes) {
  auto file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  const std::string_view bytes = (*file)->bytes();
  FileBytes result;
  if (BeginsAsGzip(bytes)) {
    absl::StatusOr<std::string> unpacked = Unpacked(bytes, max_bytes);
    if (!unpacked.ok()) return In(path, unpacked.status());
    result.own_ = *std::move(unpacked);
    return result;
  }
  if (bytes.size() > max_bytes) {
    return absl::ResourceExhaustedError(
        fmt::format("{} is larger than the {} bytes allowed", path, max_bytes));
  }
  if (bytes.size() < kWorthMapping) {
    result.own_ = bytes;
  } else {
    result.file_ = *std::move(file);
  }
  return result;
}

}  // namespace paceline
