#include "worker/data/gunzip.h"

#include <zlib.h>

#include <algorithm>

#include <fmt/format.h>

namespace paceline {

struct Gunzip::Inflater {
  z_stream zlib{};
  bool ready = false;
  bool ended = false;
};

Gunzip::Gunzip(std::string_view packed) : packed_(packed), inflater_(std::make_unique<Inflater>()) {
  constexpr int kGzipOnly = 16;
  inflater_->ready = inflateInit2(&inflater_->zlib, MAX_WBITS + kGzipOnly) == Z_OK;
  inflater_->zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
}

Gunzip::~Gunzip() {
  if (inflater_->ready) inflateEnd(&inflater_->zlib);
}

absl::Status Gunzip::Read(std::span<uint8_t> out) {
  size_t written = 0;
  if (absl::Status status = Inflate(out, &written); !status.ok()) return status;
  if (written == out.size()) return absl::OkStatus();
  return absl::DataLossError(fmt::format("ends at byte {} of the unpacked data, {} bytes too early",
                                         position_, out.size() - written));
}

absl::Status Gunzip::Finish() {
  uint8_t extra = 0;
  size_t written = 0;
  if (absl::Status status = Inflate({&extra, 1}, &written); !status.ok()) return status;
  if (written != 0) {
    return absl::DataLossError(
        fmt::format("the unpacked data should end at byte {}, but goes on", position_ - 1));
  }
  const size_t end = inflater_->zlib.total_in;
  if (end == packed_.size()) return absl::OkStatus();
  return Damaged(fmt::format("{} bytes follow the end of the gzip data", packed_.size() - end));
}

absl::Status Gunzip::Inflate(std::span<uint8_t> out, size_t* written) {
  if (!inflater_->ready) return absl::ResourceExhaustedError("zlib: out of memory");
  z_stream& zlib = inflater_->zlib;
  constexpr size_t kMostAtOnce = size_t{1} << 30;  // zlib counts in 32 bits
  *written = 0;
  while (*written < out.size() && !inflater_->ended) {
    const size_t room = std::min(out.size() - *written, kMostAtOnce);
    const size_t left = std::min<size_t>(packed_.size() - zlib.total_in, kMostAtOnce);
    zlib.next_out = out.data() + *written;
    zlib.avail_out = static_cast<uInt>(room);
    zlib.avail_in = static_cast<uInt>(left);
    const int code = inflate(&zlib, Z_NO_FLUSH);
    *written += room - zlib.avail_out;
    position_ += room - zlib.avail_out;
    if (code == Z_STREAM_END) {
      inflater_->ended = true;
    } else if (code == Z_BUF_ERROR) {
      return Damaged("the gzip data is cut off");
    } else if (code != Z_OK) {
      const std::string_view reason = zlib.msg ? zlib.msg : "unknown";
      return Damaged(zlib.total_out == 0 ? fmt::format("not gzip data ({})", reason)
                                         : fmt::format("damaged gzip data ({})", reason));
    }
  }
  return absl::OkStatus();
}

absl::Status Gunzip::Damaged(std::string_view what) const {
  return absl::DataLossError(
      fmt::format("{}, at byte {} of {}", what, inflater_->zlib.total_in, packed_.size()));
}

}  // namespace paceline
