// A file's unpacked bytes, read piece by piece, so that a reader can look at a header before it
// believes the sizes in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/status.h"

namespace paceline {

// Not thread-safe. All errors are DataLoss and name the byte at which reading stopped.
class ByteReader {
 public:
  virtual ~ByteReader() = default;
  // Fills `out` with the next bytes; an error if there are fewer.
  virtual absl::Status Read(std::span<uint8_t> out) = 0;
  // The bytes must end here.
  virtual absl::Status Finish() = 0;
  // No file of this one's size unpacks to more.
  virtual size_t most_bytes() const = 0;
};

// What both kinds of reader say.
absl::Status EndsEarly(size_t position, size_t missing);
absl::Status GoesOn(size_t position);

// Of gzip data if `bytes` begin as such, else of the bytes themselves. `bytes` outlive the reader.
std::unique_ptr<ByteReader> OpenBytes(std::string_view bytes);

}  // namespace paceline
