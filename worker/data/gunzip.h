// One gzip member (RFC 1952) in memory, unpacked piece by piece, so that a reader can look at a
// header before it believes the sizes in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/status.h"

namespace paceline {

// Not thread-safe. `packed` outlives the object. All errors are DataLoss and name the byte of the
// packed data at which reading stopped.
class Gunzip {
 public:
  explicit Gunzip(std::string_view packed);
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;
  ~Gunzip();

  // Fills `out` with the next unpacked bytes; an error if there are fewer.
  absl::Status Read(std::span<uint8_t> out);
  // The unpacked data must end here with a correct checksum, and nothing may follow the member.
  absl::Status Finish();
  // Bytes unpacked so far.
  size_t position() const { return position_; }

 private:
  struct Inflater;
  // Unpacks into `out`; the number of bytes written is less than its size only at the end.
  absl::Status Inflate(std::span<uint8_t> out, size_t* written);
  absl::Status Damaged(std::string_view what) const;

  std::string_view packed_;
  std::unique_ptr<Inflater> inflater_;
  size_t position_ = 0;
};

}  // namespace paceline
