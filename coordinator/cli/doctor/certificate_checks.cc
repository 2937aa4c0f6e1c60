#include "coordinator/cli/doctor/certificate_checks.h"

#include <utility>

#include "common/base/file.h"
#include "common/base/private_file.h"
#include "common/pki/certificate_facts.h"
#include "common/pki/certificate_trouble.h"
#include "common/rpc/pem.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr size_t kMaxPemBytes = 1 << 20;
// Of a certificate's whole time: less than this share is left.
constexpr int64_t kSoon = 5;

Finding Bad(std::string what, std::string to_do) {
  return {.verdict = Verdict::kBad,
          .subject = "certificate",
          .what = std::move(what),
          .to_do = std::move(to_do)};
}

// "w1.pem expired on ...; renew it" in two.
Finding FromTrouble(const std::string& trouble) {
  const size_t end = trouble.find("; ");
  return Bad(trouble.substr(0, end), end == std::string::npos
                                         ? "issue one with: paceline certs issue"
                                         : trouble.substr(end + 2));
}

Finding CheckAuthority(const std::string& path, const std::string& pem, int64_t now_ms) {
  const std::string trouble = TimeTrouble(pem, now_ms);
  if (!trouble.empty()) return FromTrouble(fmt::format("{} {}", path, trouble));
  const auto facts = ReadCertificateFacts(pem);
  if (!facts.ok())
    return Bad(fmt::format("{} {}", path, std::string(facts.status().message())), "");
  return {.subject = "certificate",
          .what = fmt::format("{} is the authority {}, until {}", path, facts->name,
                              UtcText(facts->not_after_ms))};
}

}  // namespace

Finding CheckCertificate(const std::string& path, const std::string& pem,
                         const std::string& authorities, const std::string& host, int64_t now_ms) {
  const auto facts = ReadCertificateFacts(pem);
  if (!facts.ok()) {
    return Bad(fmt::format("{} {}", path, std::string(facts.status().message())),
               "issue one with: paceline certs issue");
  }
  const bool server = facts->role == kCertificateRoles[0];
  const std::string trouble = CertificateTrouble(
      pem,
      {.authorities = authorities, .server = server, .host = server ? host : "", .now_ms = now_ms});
  if (!trouble.empty()) return FromTrouble(fmt::format("{} {}", path, trouble));
  Finding finding{.subject = "certificate",
                  .what = fmt::format("{} is {}'s {}, until {}", path, facts->name,
                                      facts->role.empty() ? "without a role" : "as " + facts->role,
                                      UtcText(facts->not_after_ms))};
  const int64_t whole = facts->not_after_ms - facts->not_before_ms;
  if (facts->not_after_ms - now_ms < whole / kSoon) {
    finding.verdict = Verdict::kWarn;
    finding.to_do = fmt::format("renew it soon: paceline certs renew {}", facts->name);
  }
  if (facts->role.empty()) {
    finding.verdict = Verdict::kWarn;
    finding.to_do = "it gives no role; issue one that does with: paceline certs issue";
  }
  return finding;
}

bool IsCoordinators(const std::string& certificate_path) {
  const auto pem = ReadFile(certificate_path, kMaxPemBytes);
  return pem.ok() &&
         ReadCertificateFacts(*pem).value_or(CertificateFacts()).role == kCertificateRoles[0];
}

std::vector<Finding> CheckCertificates(const TlsFlags& tls, const std::string& host,
                                       int64_t now_ms) {
  std::vector<Finding> findings;
  std::string ca, cert;
  for (const auto& [path, text] : {std::pair(tls.ca, &ca), std::pair(tls.cert, &cert)}) {
    if (path.empty()) continue;
    const auto bytes = ReadFile(path, kMaxPemBytes);
    if (!bytes.ok()) {
      return {Bad(std::string(bytes.status().message()), "name a PEM file that is there")};
    }
    *text = *bytes;
  }
  if (!ca.empty()) findings.push_back(CheckAuthority(tls.ca, ca, now_ms));
  if (!cert.empty()) findings.push_back(CheckCertificate(tls.cert, cert, ca, host, now_ms));
  if (tls.key.empty()) return findings;
  if (const absl::Status alone = CheckPrivate(tls.key); !alone.ok()) {
    findings.push_back(FromTrouble(std::string(alone.message())));
  } else if (const auto pair = ReadPemFiles("", tls.cert, tls.key);
             absl::IsInvalidArgument(pair.status())) {
    findings.push_back(Bad(std::string(pair.status().message()),
                           "use the two files that belong "
                           "together"));
  } else {
    findings.push_back({.subject = "key", .what = tls.key + " is private and the certificate's"});
  }
  return findings;
}

}  // namespace paceline
