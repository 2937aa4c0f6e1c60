#include "common/rpc/first_bytes.h"

#include <algorithm>
#include <array>

namespace paceline {
namespace {

// RFC 9113, 3.4.
constexpr std::string_view kPreface = "PRI";
// A handshake record (RFC 8446, 5.1) of any version.
constexpr std::string_view kHandshake = "\x16\x03";
// The methods of RFC 9110, 9, and PATCH.
constexpr std::array<std::string_view, 9> kMethods = {
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};

bool Agree(std::string_view a, std::string_view b) {
  const size_t length = std::min(a.size(), b.size());
  return a.substr(0, length) == b.substr(0, length);
}

}  // namespace

Speaker SpeakerOf(std::string_view first_bytes) {
  if (Agree(first_bytes, kPreface)) return Speaker::kGrpc;
  if (Agree(first_bytes, kHandshake)) return Speaker::kTls;
  const bool http =
      std::ranges::any_of(kMethods, [&](std::string_view m) { return Agree(first_bytes, m); });
  return http ? Speaker::kHttp : Speaker::kOther;
}

}  // namespace paceline
