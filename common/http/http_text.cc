#include "common/http/http_text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = Lower(c);
  return lower;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Hexadecimal; -1 if it is none.
int Digit(char c) {
  if (IsDigit(c)) return c - '0';
  return Lower(c) >= 'a' && Lower(c) <= 'f' ? Lower(c) - 'a' + 10 : -1;
}

// Takes what is before the first `at` off `rest`, and `at` itself.
std::string_view Cut(std::string_view& rest, char at) {
  const size_t end = std::min(rest.find(at), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

std::string_view Strip(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

absl::Status ParsePath(std::string_view path, HttpRequest& request) {
  request.path = path;
  request.segments.clear();
  for (size_t begin = 1, end = 0; end < path.size(); begin = end + 1) {
    end = std::min(path.find('/', begin), path.size());
    auto segment = PercentDecode(path.substr(begin, end - begin));
    if (!segment.ok()) return segment.status();
    request.segments.push_back(*std::move(segment));
    if (request.segments.size() > kMostSegments) {
      return absl::InvalidArgumentError(
          absl::StrCat("the path has more than ", kMostSegments, " parts"));
    }
  }
  return absl::OkStatus();
}

absl::Status ParseQuery(std::string_view text, HttpRequest& request) {
  request.query.clear();
  while (!text.empty()) {
    std::string_view part = Cut(text, '&');
    if (part.empty()) continue;
    auto name = PercentDecode(Cut(part, '='));
    auto value = PercentDecode(part);
    if (!name.ok()) return name.status();
    if (!value.ok()) return value.status();
    if (request.query.size() == kMostParameters) {
      return absl::InvalidArgumentError(
          absl::StrCat("the query has more than ", kMostParameters, " parameters"));
    }
    if (!request.query.emplace(*name, *std::move(value)).second) {
      return absl::InvalidArgumentError(absl::StrCat("the query names ", *name, " twice"));
    }
  }
  return absl::OkStatus();
}

bool IsIpAddress(const std::string& host) {
  in6_addr address;
  if (host.find('\0') != host.npos) return false;
  return inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

}  // namespace

absl::StatusOr<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? Digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? Digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return absl::InvalidArgumentError("a % in the address needs two hexadecimal digits");
      }
      c = static_cast<char>(16 * high + low);
      i += 2;
    }
    if (IsControl(c)) {
      return absl::InvalidArgumentError("the address holds a control character");
    }
    decoded += c;
  }
  return decoded;
}

std::string PercentEncode(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (IsDigit(c) || (Lower(c) >= 'a' && Lower(c) <= 'z') || c == '-' || c == '_' || c == '.') {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return encoded;
}

absl::Status ParseTarget(std::string_view target, HttpRequest& request) {
  if (target.size() > kMostTargetBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the address is longer than ", kMostTargetBytes, " bytes"));
  }
  if (!target.starts_with('/')) {
    return absl::InvalidArgumentError("the address does not begin with /");
  }
  if (absl::Status path = ParsePath(Cut(target, '?'), request); !path.ok()) return path;
  return ParseQuery(target, request);
}

std::string_view CookieOf(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    std::string_view value = Strip(Cut(header, ';'));
    if (Cut(value, '=') == name) return value;
  }
  return {};
}

std::string_view BearerOf(std::string_view header) {
  return Lower(Cut(header, ' ')) == "bearer" ? Strip(header) : std::string_view();
}

bool TakesGzip(std::string_view header) {
  while (!header.empty()) {
    std::string_view weight = Cut(header, ',');
    if (Lower(Strip(Cut(weight, ';'))) != "gzip") continue;
    weight = Strip(weight);
    double q = 1;
    if (Cut(weight, '=') == "q") std::from_chars(weight.data(), weight.data() + weight.size(), q);
    return q > 0;
  }
  return false;
}

std::string HostName(std::string_view host) {
  if (host.starts_with('[')) {
    host.remove_prefix(1);
    return Lower(Cut(host, ']'));
  }
  std::string name = Lower(Cut(host, ':'));
  if (name.ends_with('.')) name.pop_back();
  return name;
}

bool IsOwnHost(std::string_view host, const Address& listen, std::span<const std::string> names) {
  const std::string name = HostName(host);
  if (name.empty()) return false;
  if (IsIpAddress(name) || name == "localhost" || name == Lower(listen.host)) {
    return true;
  }
  return std::ranges::any_of(names, [&](const std::string& own) { return Lower(own) == name; });
}

bool IsOwnOrigin(std::string_view origin, std::string_view host, bool tls) {
  const std::string own = (tls ? "https://" : "http://") + Lower(host);
  return !host.empty() && Lower(origin) == own;
}

}  // namespace paceline
