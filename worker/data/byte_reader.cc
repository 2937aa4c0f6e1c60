#include "worker/data/byte_reader.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "worker/data/gunzip.h"

namespace paceline {
namespace {

class PlainBytes : public ByteReader {
 public:
  explicit PlainBytes(std::string_view bytes) : bytes_(bytes) {}

  absl::Status Read(std::span<uint8_t> out) override {
    if (out.size() > bytes_.size() - position_) {
      return EndsEarly(bytes_.size(), out.size() - (bytes_.size() - position_));
    }
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(position_), out.size(), out.begin());
    position_ += out.size();
    return absl::OkStatus();
  }
  absl::StatusOr<OwnedBytes> Take(size_t size) override {
    if (size > bytes_.size() - position_) {
      return EndsEarly(bytes_.size(), size - (bytes_.size() - position_));
    }
    position_ += size;
    return OwnedBytes{bytes_.substr(position_ - size, size), nullptr};
  }
  absl::Status Finish() override {
    return position_ == bytes_.size() ? absl::OkStatus() : GoesOn(position_);
  }
  size_t most_bytes() const override { return bytes_.size(); }

 protected:
  absl::StatusOr<size_t> ReadSome(std::span<uint8_t> out) override {
    const size_t size = std::min(out.size(), bytes_.size() - position_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(position_), size, out.begin());
    position_ += size;
    return size;
  }

 private:
  std::string_view bytes_;
  size_t position_ = 0;
};

OwnedBytes Own(std::vector<uint8_t> bytes) {
  auto owner = std::make_shared<const std::vector<uint8_t>>(std::move(bytes));
  return {{reinterpret_cast<const char*>(owner->data()), owner->size()}, owner};
}

}  // namespace

absl::StatusOr<OwnedBytes> ByteReader::Take(size_t size) {
  std::vector<uint8_t> bytes(size);
  if (absl::Status status = Read(bytes); !status.ok()) return status;
  return Own(std::move(bytes));
}

absl::StatusOr<OwnedBytes> ByteReader::TakeAll(size_t max_bytes) {
  std::vector<uint8_t> bytes;
  size_t size = 0;
  while (true) {
    bytes.resize(std::min(max_bytes, 2 * size + 4096));
    const absl::StatusOr<size_t> some = ReadSome(std::span(bytes).subspan(size));
    if (!some.ok()) return some.status();
    size += *some;
    if (size < bytes.size() || size == max_bytes) break;
  }
  bytes.resize(size);
  if (absl::Status status = Finish(); !status.ok()) return status;
  return Own(std::move(bytes));
}

absl::Status EndsEarly(size_t position, size_t missing) {
  return absl::DataLossError(
      fmt::format("ends at byte {} of the unpacked data, {} bytes too early", position, missing));
}

absl::Status GoesOn(size_t position) {
  return absl::DataLossError(
      fmt::format("the unpacked data should end at byte {}, but goes on", position));
}

std::unique_ptr<ByteReader> OpenBytes(std::string_view bytes) {
  if (BeginsAsGzip(bytes)) return std::make_unique<Gunzip>(bytes);
  return std::make_unique<PlainBytes>(bytes);
}

}  // namespace paceline
