// What a stranger at an address says to a first message, below gRPC.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/base/descriptor.h"
#include "common/rpc/address.h"

namespace paceline {

// How long a connection, and each answer on it, is waited for.
inline constexpr std::chrono::milliseconds kProbePatience(1000);

// A TCP connection to the first of the host's addresses that takes one. NotFound: the host has no
// address; Unavailable: the connection is refused or takes too long, in words.
absl::StatusOr<int> ConnectTo(const Address& address);
// No SIGPIPE; false if the other side takes no more.
bool SendTo(int socket, std::string_view bytes);
// What comes next, at most 16 KiB; empty if the other side has closed, DeadlineExceeded if nothing
// comes in time.
absl::StatusOr<std::string> ReceiveFrom(int socket);

// All three: what is answered to `greeting` on a connection of its own.
absl::StatusOr<std::string> FirstWords(const Address& address, std::string_view greeting);

}  // namespace paceline
