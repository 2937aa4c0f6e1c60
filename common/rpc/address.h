// Where a program listens or connects: host:port.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace paceline {

inline constexpr char kDefaultCoordinator[] = "127.0.0.1:7700";

struct Address {
  std::string host;  // a name, an IPv4 address, or an IPv6 address without brackets
  int port = 0;      // 0 lets a listener choose

  // As gRPC and people write it; an IPv6 host is put in brackets.
  std::string ToString() const;
  // Nobody outside this machine can reach it: 127.0.0.0/8 and ::1 however they are written, and the
  // name localhost.
  bool IsLoopback() const;
  bool operator==(const Address&) const = default;
};

// "host:port", "1.2.3.4:7700", "[::1]:7700", or "7700" alone for that port of 127.0.0.1.
// InvalidArgument, saying what would be right, for anything else.
absl::StatusOr<Address> ParseAddress(std::string_view text);
// The same without words.
std::optional<Address> ReadAddress(std::string_view text);

}  // namespace paceline
