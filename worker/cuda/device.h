// A CUDA device, its streams and its memory, for code that knows no CUDA headers.
//
// Every failure is a Status that names the call and carries the driver's own text:
// "cudaGetDeviceCount: no CUDA-capable device is detected". Unimplemented: this build has no CUDA.
// An object belongs to one device and may be used from any thread, by one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct CUstream_st;  // cudaStream_t points to one

namespace paceline::cuda {

struct DeviceInfo {
  int index = 0;
  std::string name;
  int major = 0, minor = 0;  // compute capability
  size_t memory_bytes = 0;
  int multiprocessors = 0;
  size_t shared_bytes_per_block = 0;  // at most, when asked for
  size_t shared_bytes_per_multiprocessor = 0;
  size_t reserved_shared_bytes = 0;  // what every block costs beyond what it asks for
};

struct MemoryInfo {
  size_t free_bytes = 0, total_bytes = 0;
};

// Whether nvcc was there when this was built.
bool IsBuilt();

// Empty is not an answer: a machine without a device gives Unavailable.
absl::StatusOr<std::vector<DeviceInfo>> ListDevices();

// Immutable and thread-safe.
class Device {
 public:
  // Makes the device's context: Unavailable if there is no such device or it cannot be used.
  static absl::StatusOr<std::shared_ptr<const Device>> Open(int index);
  const DeviceInfo& info() const { return info_; }
  absl::StatusOr<MemoryInfo> Memory() const;
  // Makes it the calling thread's device, as CUDA calls want it.
  absl::Status Use() const;

 private:
  explicit Device(DeviceInfo info) : info_(std::move(info)) {}
  DeviceInfo info_;
};

// Work in order, beside that of other streams. The device outlives it.
class Stream {
 public:
  static absl::StatusOr<Stream> Create(const Device& device);
  Stream(Stream&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  Stream& operator=(Stream&& other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }
  ~Stream();

  CUstream_st* raw() const { return raw_; }
  // Waits for all that was given to the stream; reports what failed in it.
  absl::Status Wait() const;

 private:
  explicit Stream(CUstream_st* raw) : raw_(raw) {}
  CUstream_st* raw_ = nullptr;
};

// Floats from one row to the next of an array whose rows begin at multiples of 256 bytes.
constexpr size_t RowStride(size_t floats) { return (floats + 63) / 64 * 64; }

// `count` values of T in device memory, aligned to 256 bytes. Copies are in the stream's order; the
// host memory of Upload is free to change on return, that of Download is written after Wait.
class Bytes {
 public:
  Bytes() = default;
  // ResourceExhausted says how much was asked for and how much is free.
  static absl::StatusOr<Bytes> Allocate(const Device& device, size_t size);
  Bytes(Bytes&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Bytes& operator=(Bytes&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Bytes();

  void* data() const { return data_; }
  size_t size() const { return size_; }
  absl::Status Upload(const Stream& stream, size_t offset, const void* from, size_t size) const;
  absl::Status Download(const Stream& stream, size_t offset, void* to, size_t size) const;
  absl::Status CopyWithin(const Stream& stream, size_t from, size_t to, size_t size) const;

 private:
  Bytes(void* data, size_t size) : data_(data), size_(size) {}
  void* data_ = nullptr;
  size_t size_ = 0;
};

template <class T>
class Array {
 public:
  Array() = default;
  static absl::StatusOr<Array> Allocate(const Device& device, size_t count) {
    auto bytes = Bytes::Allocate(device, count * sizeof(T));
    if (!bytes.ok()) return bytes.status();
    return Array(*std::move(bytes));
  }
  static absl::StatusOr<Array> Of(const Device& device, const Stream& stream,
                                  std::span<const T> values) {
    auto array = Allocate(device, values.size());
    if (!array.ok()) return array.status();
    if (absl::Status status = array->Upload(stream, 0, values); !status.ok()) return status;
    return array;
  }

  T* data() const { return static_cast<T*>(bytes_.data()); }
  size_t size() const { return bytes_.size() / sizeof(T); }
  absl::Status Upload(const Stream& stream, size_t first, std::span<const T> values) const {
    return bytes_.Upload(stream, first * sizeof(T), values.data(), values.size_bytes());
  }
  absl::Status Download(const Stream& stream, size_t first, std::span<T> values) const {
    return bytes_.Download(stream, first * sizeof(T), values.data(), values.size_bytes());
  }
  absl::Status CopyWithin(const Stream& stream, size_t from, size_t to, size_t count) const {
    return bytes_.CopyWithin(stream, from * sizeof(T), to * sizeof(T), count * sizeof(T));
  }

 private:
  explicit Array(Bytes bytes) : bytes_(std::move(bytes)) {}
  Bytes bytes_;
};

}  // namespace paceline::cuda
