// Gzip data (RFC 1952) in memory: one member or several one after the other, as gunzip reads them;
// zero bytes between and after members are padding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "worker/data/byte_reader.h"

namespace paceline {

// The two bytes with which every member begins.
bool BeginsAsGzip(std::string_view bytes);

// `packed` outlives the object. Errors name the byte of the packed data at which reading stopped.
class Gunzip : public ByteReader {
 public:
  explicit Gunzip(std::string_view packed);
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;
  ~Gunzip() override;

  absl::Status Read(std::span<uint8_t> out) override;
  // As many of the next bytes as there are; fewer than `out` holds only at the end.
  absl::Status ReadUpTo(std::span<uint8_t> out, size_t* written);
  // The last member must end here with a correct checksum, and nothing but padding may follow it.
  absl::Status Finish() override;
  size_t most_bytes() const override;

 protected:
  absl::StatusOr<size_t> ReadSome(std::span<uint8_t> out) override;

 private:
  struct Inflater;
  // As much of `out` as one call of zlib gives.
  absl::Status InflateSome(std::span<uint8_t> out, size_t* written);
  // After a member: on to the next, or to the end.
  void NextMember();
  // Of the packed data, so far.
  size_t consumed() const;
  absl::Status Damaged(std::string_view what) const;

  std::string_view packed_;
  std::unique_ptr<Inflater> inflater_;
  size_t position_ = 0;  // bytes unpacked so far
};

}  // namespace paceline
