#include "common/rpc/address_hint.h"

#include <algorithm>
#include <cstdint>

#include "common/rpc/address.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
constexpr char kDefaultPort[] = "7700";

// `right` is told if it is an address.
std::string Hint(const std::string& problem, std::string_view right = "") {
  if (ReadAddress(right)) return fmt::format("{}; write {}", problem, right);
  return fmt::format("{}; write host:port, such as {}", problem, kDefaultCoordinator);
}

std::string WithPort(std::string_view host) { return fmt::format("{}:{}", host, kDefaultPort); }

// `text`, or with the default port if that makes an address of it.
std::string Completed(std::string_view text) {
  return ReadAddress(text) ? std::string(text) : WithPort(text);
}

bool IsIpv6Like(std::string_view text) {
  return std::ranges::count(text, ':') >= 2 &&
         text.find_first_not_of("0123456789abcdefABCDEF:.%[]") == std::string_view::npos;
}

// "::1:7700" is an address as it stands, but hardly the one that is meant.
std::string Ipv6Hint(std::string_view text) {
  const size_t colon = text.rfind(':');
  const std::string_view last = text.substr(colon + 1);
  const bool is_port =
      last.size() >= 4 && last.find_first_not_of("0123456789") == std::string_view::npos;
  return Hint("an IPv6 address goes in brackets, and its port follows",
              is_port ? fmt::format("[{}]:{}", text.substr(0, colon), last)
                      : fmt::format("[{}]:{}", text, kDefaultPort));
}

std::string BracketHint(std::string_view text) {
  const std::string_view inner = text.substr(text.starts_with('[') ? 1 : 0);
  const size_t close = inner.find(']');
  const std::string_view host = inner.substr(0, close);
  const std::string right = fmt::format("[{}]:{}", host, kDefaultPort);
  if (close == std::string_view::npos) return Hint("its bracket [ is never closed", right);
  if (!text.starts_with('[')) return Hint("its bracket ] was never opened", right);
  if (!ReadAddress(right)) return Hint("what is in brackets is no IPv6 address");
  const std::string_view after = inner.substr(close + 1);
  if (after.empty() || after == ":") return Hint("it has no port", right);
  if (!after.starts_with(':')) {
    return Hint("after the bracket comes a colon and the port",
                fmt::format("[{}]:{}", host, after));
  }
  return Hint("its port is no number from 0 to 65535", right);
}

std::string PortHint(std::string_view host, std::string_view port) {
  const bool digits =
      !port.empty() && port.find_first_not_of("0123456789") == std::string_view::npos;
  const std::string right = WithPort(host);
  if (port.empty()) return Hint("it has no port after its colon", right);
  if (digits) return Hint(fmt::format("its port {} is too large: ports go to 65535", port), right);
  return Hint(fmt::format("its port {} is no number from 0 to 65535", port), right);
}

std::string HostHint(std::string_view host) {
  const size_t bad = host.find_first_not_of(kLetters);
  if (bad == std::string_view::npos) {
    return Hint("a name does not begin with a point or a hyphen, and has no empty part");
  }
  const auto code = static_cast<uint8_t>(host[bad]);
  if (code > 0x20 && code < 0x7F) {
    return Hint(fmt::format("its host has the character {}, which no name has", host[bad]));
  }
  return Hint(fmt::format(
      "its host has a character (byte 0x{:02x}) other than letters, digits, points and hyphens",
      code));
}

}  // namespace

std::string AddressHint(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return Hint("it is empty");
  const std::string_view trimmed = text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
  if (trimmed != text) return Hint("it has blanks around it", Completed(trimmed));
  if (const size_t scheme = text.find("://"); scheme != std::string_view::npos) {
    const size_t end = std::min(text.find_first_not_of('/', scheme + 1), text.size());
    const std::string_view rest = text.substr(end);
    return Hint(fmt::format("it has a scheme: leave {} out", text.substr(0, end)),
                Completed(rest.substr(0, rest.find_first_of("/?#"))));
  }
  if (const size_t path = text.find_first_of("/?#"); path != std::string_view::npos) {
    return Hint(fmt::format("it has a path: leave {} out", text.substr(path)),
                Completed(text.substr(0, path)));
  }
  if (const size_t at = text.find('@'); at != std::string_view::npos) {
    return Hint(fmt::format("it has a user: leave {} out", text.substr(0, at + 1)),
                Completed(text.substr(at + 1)));
  }
  if (text.find_first_of("[]") != std::string_view::npos) return BracketHint(text);
  if (IsIpv6Like(text)) return Ipv6Hint(text);
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    const bool digits = text.find_first_not_of("0123456789") == std::string_view::npos;
    if (digits) return PortHint("127.0.0.1", text);
    return ReadAddress(WithPort(text)) ? Hint("it has no port", WithPort(text)) : HostHint(text);
  }
  const std::string_view host = text.substr(0, colon), port = text.substr(colon + 1);
  if (host.empty()) {
    return Hint("it has no host (0.0.0.0 to listen on every interface of this machine)",
                fmt::format("127.0.0.1:{}", port));
  }
  if (host.find(':') != std::string_view::npos) return Hint("it has more than one colon");
  if (!ReadAddress(WithPort(host))) return HostHint(host);
  return PortHint(host, port);
}

}  // namespace paceline
