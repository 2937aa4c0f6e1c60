#include "common/pki/host_name.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr size_t kMaxName = 253, kMaxLabel = 63;

bool IsLabel(const std::string& label) {
  return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' &&
         label.back() != '-' && std::ranges::all_of(label, [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '-';
         });
}

}  // namespace

bool IsIpAddress(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

absl::Status CheckHostName(const std::string& host) {
  const std::vector<std::string> labels = absl::StrSplit(host, '.');
  // Four numbers that are no address are no name either.
  const bool number = std::ranges::all_of(labels.back(), absl::ascii_isdigit);
  if (IsIpAddress(host) ||
      (host.size() <= kMaxName && !number && std::ranges::all_of(labels, IsLabel))) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("\"{}\" is neither an IP address nor a DNS name, such as 10.0.0.1 or "
                  "coordinator.example.org, without a port",
                  absl::CHexEscape(host.substr(0, kMaxName))));
}

}  // namespace paceline
