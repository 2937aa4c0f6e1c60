// Listening sockets of our own, where gRPC's would be deaf for ever after one refused descriptor.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/descriptor.h"
#include "common/rpc/address.h"

namespace paceline {

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
