#include "common/rpc/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>

#include "absl/strings/match.h"
#include "common/rpc/address_hint.h"
#include "fmt/format.h"

namespace paceline {
namespace {

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Digits alone, and at most `max`.
bool ParseNumber(std::string_view text, int max, int& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return IsDigits(text) && error == std::errc{} && end == text.data() + text.size() &&
         number <= max;
}

bool IsHostName(std::string_view host) {
  constexpr char kAllowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
  return !host.empty() && host.front() != '.' && host.front() != '-' &&
         host.find("..") == std::string_view::npos &&
         host.find_first_not_of(kAllowed) == std::string_view::npos;
}

bool IsIpv6(std::string_view host) {
  const std::string_view digits = host.substr(0, host.find('%'));
  return digits.find(':') != std::string_view::npos &&
         digits.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

// 127.a.b.c in the one spelling that every resolver takes for an address.
bool IsLoopbackIpv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

// ::1 and ::ffff:127.a.b.c in any spelling, with or without a zone.
bool IsLoopbackIpv6(const std::string& host) {
  in6_addr address{};
  if (inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), &address) != 1) return false;
  return IN6_IS_ADDR_LOOPBACK(&address) ||
         (IN6_IS_ADDR_V4MAPPED(&address) && address.s6_addr[12] == 127);
}

// RFC 6761 keeps the name for this machine; case and a final dot do not count.
bool IsLocalhost(absl::string_view host) {
  if (absl::EndsWith(host, ".")) host.remove_suffix(1);
  return absl::EqualsIgnoreCase(host, "localhost");
}

}  // namespace

std::string Address::ToString() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

bool Address::IsLoopback() const {
  return IsLocalhost(host) || IsLoopbackIpv4(host) || IsLoopbackIpv6(host);
}

std::optional<Address> ReadAddress(std::string_view text) {
  Address address;
  if (IsDigits(text)) {
    address.host = "127.0.0.1";
    return ParseNumber(text, 65535, address.port) ? std::optional(address) : std::nullopt;
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (bracketed ? !IsIpv6(host) : !IsHostName(host)) return std::nullopt;
  address.host = std::string(host);
  if (!ParseNumber(text.substr(colon + 1), 65535, address.port)) return std::nullopt;
  return address;
}

absl::StatusOr<Address> ParseAddress(std::string_view text) {
  if (auto address = ReadAddress(text)) return *std::move(address);
  return absl::InvalidArgumentError(fmt::format("'{}' is no address: {}", text, AddressHint(text)));
}

}  // namespace paceline
