// A file descriptor that closes itself, and writing to one.
#pragma once

#include <string_view>
#include <utility>

namespace paceline {

class Descriptor {
 public:
  Descriptor() = default;  // holds nothing
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) Close();
    fd_ = other.Release();
    return *this;
  }
  ~Descriptor() { Close(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  // Gives it away.
  int Release() { return std::exchange(fd_, -1); }
  // False, with errno, if what was written may be lost.
  bool Close();

 private:
  int fd_ = -1;
};

// False, with errno, if not all of it could be written.
bool WriteAll(int fd, std::string_view bytes);

}  // namespace paceline
