#include "worker/data/byte_reader.h"

#include <algorithm>

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
  absl::Status Finish() override {
    return position_ == bytes_.size() ? absl::OkStatus() : GoesOn(position_);
  }
  size_t most_bytes() const override { return bytes_.size(); }

 private:
  std::string_view bytes_;
  size_t position_ = 0;
};

}  // namespace

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
