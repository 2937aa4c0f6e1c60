#include "worker/data/gunzip.h"

#include <zlib.h>

#include <algorithm>

#include <fmt/format.h>

namespace paceline {

struct Gunzip::Inflater {
  z_stream zlib{};
  size_t member_begin = 0;  // in the packed data; with the padding before it
  bool ready = false;
  bool ended = false;
};

bool BeginsAsGzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

Gunzip::Gunzip(std::string_view packed) : packed_(packed), inflater_(std::make_unique<Inflater>()) {
  constexpr int kGzipOnly = 16;
  inflater_->ready = inflateInit2(&inflater_->zlib, MAX_WBITS + kGzipOnly) == Z_OK;
  inflater_->zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
}

Gunzip::~Gunzip() {
  if (inflater_->ready) inflateEnd(&inflater_->zlib);
}

absl::Status Gunzip::Read(std::span<uint8_t> out) {
  const absl::StatusOr<size_t> written = ReadSome(out);
  if (!written.ok()) return written.status();
  if (*written == out.size()) return absl::OkStatus();
  return EndsEarly(position_, out.size() - *written);
}

absl::StatusOr<size_t> Gunzip::ReadSome(std::span<uint8_t> out) {
  size_t written = 0;
  if (absl::Status status = ReadUpTo(out, &written); !status.ok()) return status;
  return written;
}

absl::Status Gunzip::Finish() {
  uint8_t extra = 0;
  size_t written = 0;
  if (absl::Status status = ReadUpTo({&extra, 1}, &written); !status.ok()) return status;
  if (written != 0) return GoesOn(position_ - 1);
  if (consumed() == packed_.size()) return absl::OkStatus();
  return Damaged(
      fmt::format("{} bytes follow the end of the gzip data", packed_.size() - consumed()));
}

size_t Gunzip::most_bytes() const {
  constexpr size_t kMaxExpansion = 1032;  // of a byte by deflate
  return packed_.size() * kMaxExpansion;
}

absl::Status Gunzip::ReadUpTo(std::span<uint8_t> out, size_t* written) {
  if (!inflater_->ready) return absl::ResourceExhaustedError("zlib: out of memory");
  *written = 0;
  while (*written < out.size() && !inflater_->ended) {
    size_t some = 0;
    absl::Status status = InflateSome(out.subspan(*written), &some);
    *written += some;
    position_ += some;
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Gunzip::InflateSome(std::span<uint8_t> out, size_t* written) {
  z_stream& zlib = inflater_->zlib;
  constexpr size_t kMostAtOnce = size_t{1} << 30;  // zlib counts in 32 bits
  const size_t room = std::min(out.size(), kMostAtOnce);
  zlib.next_out = out.data();
  zlib.avail_out = static_cast<uInt>(room);
  zlib.avail_in = static_cast<uInt>(std::min(packed_.size() - consumed(), kMostAtOnce));
  const int code = inflate(&zlib, Z_NO_FLUSH);
  *written = room - zlib.avail_out;
  if (code == Z_STREAM_END) {
    NextMember();
  } else if (code == Z_BUF_ERROR) {
    return Damaged("the gzip data is cut off");
  } else if (code != Z_OK) {
    const std::string_view reason = zlib.msg ? zlib.msg : "unknown";
    return Damaged(zlib.total_out == 0 ? fmt::format("not gzip data ({})", reason)
                                       : fmt::format("damaged gzip data ({})", reason));
  }
  return absl::OkStatus();
}

void Gunzip::NextMember() {
  z_stream& zlib = inflater_->zlib;
  const size_t end = consumed();
  const size_t next = std::min(packed_.find_first_not_of('\0', end), packed_.size());
  zlib.next_in += next - end;
  inflater_->member_begin = next;
  inflater_->ended = !BeginsAsGzip(packed_.substr(next)) || inflateReset(&zlib) != Z_OK;
  zlib.total_in = 0;
}

size_t Gunzip::consumed() const { return inflater_->member_begin + inflater_->zlib.total_in; }

absl::Status Gunzip::Damaged(std::string_view what) const {
  return absl::DataLossError(fmt::format("{}, at byte {} of {}", what, consumed(), packed_.size()));
}

}  // namespace paceline
