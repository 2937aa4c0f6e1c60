// Hosts as certificates name them.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace paceline {

// IPv4 or IPv6, without brackets.
bool IsIpAddress(const std::string& host);
// InvalidArgument for what is neither an address nor a DNS name (RFC 1123, in ASCII).
absl::Status CheckHostName(const std::string& host);

}  // namespace paceline
