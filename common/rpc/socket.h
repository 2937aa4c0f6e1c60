// Listening sockets of our own, where gRPC's would be deaf for ever after one refused descriptor.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/address.h"

namespace paceline {

// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

struct Listeners {
  std::vector<Descriptor> sockets;  // one for each address that the host has here
  int port = 0;                     // the one that was asked for or chosen
};

// Non-blocking, closed on exec. Unavailable if no address of the host can be listened on, saying
// why.
absl::StatusOr<Listeners> ListenOn(const Address& address);

// "1.2.3.4:5678" of a connected socket; "somebody" if it is gone.
std::string PeerOf(int fd);

// Raises this process's limit of file descriptors as far as it may, and says what it is.
int64_t RaiseDescriptorLimit();

}  // namespace paceline
