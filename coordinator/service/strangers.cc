#include "coordinator/service/strangers.h"

#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

const char* Words(Trouble trouble) {
  switch (trouble) {
    case Trouble::kTlsToPlainPort:
      return " speaks TLS to this port, which has none: give it --insecure in place of --tls-ca, "
             "or "
             "this coordinator --tls-cert and --tls-key";
    case Trouble::kPlainToTlsPort:
      return " speaks without TLS to this port, which demands it: give it --tls-ca";
    case Trouble::kHttp:
      return " speaks HTTP/1 to this port, which is for Paceline's programs (gRPC)";
    case Trouble::kUnknownProtocol:
      return " is no program of Paceline's: what it sends is neither gRPC nor TLS nor HTTP";
    case Trouble::kOldTls:
      return " speaks an old TLS, and this port takes TLS 1.3 alone: bring that program up to date";
    case Trouble::kCertificate:
      return ": whoever showed it was refused";
    case Trouble::kHandshake:
      return ": a TLS handshake failed; do the certificates of both sides come from the "
             "authorities that --tls-ca names, and are they valid today?";
    case Trouble::kNoDescriptors:
      return " is turned away: this process has no file descriptors to spare; raise its limit "
             "(ulimit -n), or find out who opens so many connections";
  }
  return "";
}

}  // namespace

const char* NameOf(Trouble trouble) {
  switch (trouble) {
    case Trouble::kTlsToPlainPort:
      return "tls_to_plain_port";
    case Trouble::kPlainToTlsPort:
      return "plain_to_tls_port";
    case Trouble::kHttp:
      return "http";
    case Trouble::kUnknownProtocol:
      return "unknown_protocol";
    case Trouble::kOldTls:
      return "old_tls";
    case Trouble::kCertificate:
      return "certificate";
    case Trouble::kHandshake:
      return "handshake";
    case Trouble::kNoDescriptors:
      return "no_descriptors";
  }
  return "";
}

std::optional<Trouble> TroubleWith(Speaker speaker, bool port_has_tls) {
  switch (speaker) {
    case Speaker::kGrpc:
      if (port_has_tls) return Trouble::kPlainToTlsPort;
      return std::nullopt;
    case Speaker::kTls:
      if (!port_has_tls) return Trouble::kTlsToPlainPort;
      return std::nullopt;
    case Speaker::kHttp:
      return Trouble::kHttp;
    case Speaker::kOther:
      break;
  }
  return Trouble::kUnknownProtocol;
}

std::optional<std::string> Strangers::Count(Trouble trouble, const std::string& who) {
  std::lock_guard lock(mutex_);
  Tally& tally = tallies_[static_cast<size_t>(trouble)];
  ++tally.count;
  const SteadyTime now = clock_.Now();
  if (tally.told > 0 && now - tally.told_at < kTellAgain) return std::nullopt;
  const uint64_t untold = tally.count - tally.told - 1;
  tally.told = tally.count;
  tally.told_at = now;
  return absl::StrCat(who, Words(trouble),
                      untold == 0 ? "" : absl::StrCat(" (and ", untold, " more like it since)"));
}

uint64_t Strangers::count(Trouble trouble) const {
  std::lock_guard lock(mutex_);
  return tallies_[static_cast<size_t>(trouble)].count;
}

}  // namespace paceline
