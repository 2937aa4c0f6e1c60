// A file's unpacked bytes, read piece by piece, so that a reader can look at a header before it
// believes the sizes in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace paceline {

// Bytes and who keeps them; without an owner they lie in what the reader was opened on.
struct OwnedBytes {
  std::string_view bytes;
  std::shared_ptr<const void> owner;
};

// Not thread-safe. All errors are DataLoss and name the byte at which reading stopped.
class ByteReader {
 public:
  virtual ~ByteReader() = default;
  // Fills `out` with the next bytes; an error if there are fewer.
  virtual absl::Status Read(std::span<uint8_t> out) = 0;
  // The next `size` bytes, copied only if they had to be unpacked; an error if there are fewer.
  virtual absl::StatusOr<OwnedBytes> Take(size_t size);
  // What is left up to the end, which must be there before `max_bytes` are exceeded.
  absl::StatusOr<OwnedBytes> TakeAll(size_t max_bytes);
  // The bytes must end here.
  virtual absl::Status Finish() = 0;
  // No file of this one's size unpacks to more.
  virtual size_t most_bytes() const = 0;

 protected:
  // Fills as much of `out` as there are bytes, and says how much that is.
  virtual absl::StatusOr<size_t> ReadSome(std::span<uint8_t> out) = 0;
};

// What both kinds of reader say.
absl::Status EndsEarly(size_t position, size_t missing);
absl::Status GoesOn(size_t position);

// Of gzip data if `bytes` begin as such, else of the bytes themselves. `bytes` outlive the reader.
std::unique_ptr<ByteReader> OpenBytes(std::string_view bytes);

}  // namespace paceline
