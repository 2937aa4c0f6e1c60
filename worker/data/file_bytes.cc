#include "worker/data/file_bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include "common/base/descriptor.h"
#include "common/base/file.h"
#include "worker/data/gunzip.h"

namespace paceline {
namespace {

// A mapping costs a page table and one of the system's 65,530.
constexpr size_t kWorthMapping = size_t{1} << 20;

absl::Status Failure(std::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, fmt::format("cannot {} {}", what, path));
}

absl::StatusOr<size_t> RegularSize(int fd, const std::string& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return Failure("look at", path);
  if (S_ISREG(info.st_mode)) return static_cast<size_t>(info.st_size);
  return absl::InvalidArgumentError(
      fmt::format("{} is {}; expected a file", path,
                  S_ISDIR(info.st_mode) ? "a folder" : "neither a file nor a folder"));
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

absl::Status FileBytes::Load(const std::string& path, size_t max_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return Failure("open", path);
  const absl::StatusOr<size_t> size = RegularSize(file.get(), path);
  if (!size.ok()) return size.status();
  if (*size < kWorthMapping || *size > max_bytes) {
    absl::StatusOr<std::string> all = ReadFile(path, max_bytes);
    if (!all.ok()) return all.status();
    own_ = *std::move(all);
    return absl::OkStatus();
  }
  void* at = ::mmap(nullptr, *size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (at == MAP_FAILED) return Failure("map", path);
  mapped_ = at;
  mapped_bytes_ = *size;
  return absl::OkStatus();
}

absl::StatusOr<FileBytes> FileBytes::Read(const std::string& path, size_t max_bytes) {
  FileBytes bytes;
  if (absl::Status status = bytes.Load(path, max_bytes); !status.ok()) return status;
  if (!BeginsAsGzip(bytes.view())) return bytes;
  absl::StatusOr<std::string> unpacked = Unpacked(bytes.view(), max_bytes);
  if (!unpacked.ok()) {
    return absl::Status(unpacked.status().code(),
                        fmt::format("{}: {}", path, std::string(unpacked.status().message())));
  }
  FileBytes result;
  result.own_ = *std::move(unpacked);
  return result;
}

FileBytes::FileBytes(FileBytes&& from) noexcept
    : mapped_(std::exchange(from.mapped_, nullptr)),
      mapped_bytes_(from.mapped_bytes_),
      own_(std::move(from.own_)) {}

FileBytes& FileBytes::operator=(FileBytes&& from) noexcept {
  std::swap(mapped_, from.mapped_);
  std::swap(mapped_bytes_, from.mapped_bytes_);
  std::swap(own_, from.own_);
  return *this;
}

FileBytes::~FileBytes() {
  if (mapped_ != nullptr) ::munmap(mapped_, mapped_bytes_);
}

std::string_view FileBytes::view() const {
  if (mapped_ != nullptr) return {static_cast<const char*>(mapped_), mapped_bytes_};
  return own_;
}

}  // namespace paceline
