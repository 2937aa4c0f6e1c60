// The text of HTTP requests, which may come from anybody: pure functions, all bounded.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/http/http_message.h"
#include "common/rpc/address.h"

namespace paceline {

inline constexpr size_t kMostTargetBytes = 4096;
inline constexpr size_t kMostSegments = 16;
inline constexpr size_t kMostParameters = 32;

// "a%20b" is "a b". InvalidArgument for a % without two hexadecimal digits behind it, and for
// control characters, however they are written.
absl::StatusOr<std::string> PercentDecode(std::string_view text);
// So that PercentDecode gives it back, and it is one segment.
std::string PercentEncode(std::string_view text);
// Fills path, segments and query. InvalidArgument as PercentDecode, and for a target that is too
// long, has too many parts, names a parameter twice or does not begin with "/".
absl::Status ParseTarget(std::string_view target, HttpRequest& request);

// Of a Cookie header; empty if it has none of that name.
std::string_view CookieOf(std::string_view header, std::string_view name);
// Of an Authorization header; empty unless it is "Bearer TOKEN".
std::string_view BearerOf(std::string_view header);
// Of an Accept-Encoding header.
bool TakesGzip(std::string_view header);

// "example.org" of "example.org:80", "::1" of "[::1]:80"; in lower case.
std::string HostName(std::string_view host);
// Whether a Host header names this server: by an IP address, as localhost, as `listen` says it or
// by one of `names`. Another name may be one that a stranger's page has turned to this address.
bool IsOwnHost(std::string_view host, const Address& listen, std::span<const std::string> names);
// Whether an Origin header is of a page of this host.
bool IsOwnOrigin(std::string_view origin, std::string_view host, bool tls);

}  // namespace paceline
