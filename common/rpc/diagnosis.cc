#include "common/rpc/diagnosis.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/escaping.h"
#include "common/rpc/first_words.h"
#include "common/rpc/tls_probe.h"
#include "fmt/format.h"

namespace paceline {
namespace {

using namespace std::string_view_literals;

// A client's connection preface and empty SETTINGS (RFC 9113, 3.4).
constexpr std::string_view kHttp2Greeting = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x4\0\0\0\0\0"sv;

constexpr size_t kShown = 40;
constexpr char kSilent[] = "something listens there but does not answer";

// A SETTINGS frame, with which every HTTP/2 server begins.
bool IsHttp2(const std::string& words) {
  return words.size() >= 9 && words[0] == 0 && words[3] == 4 && (words[4] & ~1) == 0;
}

std::string StrangerText(const std::string& words) {
  if (words.empty()) return kSilent;
  if (words.starts_with("HTTP/")) return "a web server listens there, not a coordinator";
  return fmt::format("what listens there is no coordinator: it says \"{}\"",
                     absl::CHexEscape(words.substr(0, std::min(words.find('\n'), kShown))));
}

std::string WithoutTls(const Address& address) {
  const auto words = FirstWords(address, kHttp2Greeting);
  if (absl::IsDeadlineExceeded(words.status())) return kSilent;
  if (!words.ok()) {
    return fmt::format("{}; is it running, and is --coordinator right?",
                       std::string(words.status().message()));
  }
  if (IsHttp2(*words)) return "";
  const auto answer = FirstWords(address, TlsGreeting());
  if (answer.ok() && IsTls(*answer)) {
    return "it speaks TLS, and this side did not; give --tls-ca (see --help)";
  }
  return StrangerText(*words);
}

std::string WithTls(const Address& address, const TlsFlags& tls) {
  const absl::Status status = TryTls(address, tls);
  if (status.ok()) return "";
  if (absl::IsFailedPrecondition(status)) return std::string(status.message());
  if (absl::IsDeadlineExceeded(status)) return kSilent;
  std::string plain = WithoutTls(address);
  if (!plain.empty()) return plain;
  return "it speaks no TLS, and this side did; start it with --tls-cert and --tls-key, or leave "
         "out --tls-ca";
}

}  // namespace

std::string WhatStandsAt(const Address& address, const TlsFlags& tls) {
  return tls.any() ? WithTls(address, tls) : WithoutTls(address);
}

absl::Status Diagnosed(const absl::Status& status, const std::string& coordinator,
                       const TlsFlags& tls) {
  if (absl::IsUnimplemented(status)) return absl::UnavailableError(status.message());
  if (!absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status)) return status;
  const auto address = ParseAddress(coordinator);
  if (!address.ok()) return status;
  const std::string words = WhatStandsAt(*address, tls);
  if (words.empty()) return status;
  return absl::UnavailableError(
      fmt::format("the coordinator at {} cannot be reached: {}", coordinator, words));
}

}  // namespace paceline
