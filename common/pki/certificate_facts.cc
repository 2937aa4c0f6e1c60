#include "common/pki/certificate_facts.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "common/pki/openssl.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace paceline {
namespace {

using Names = std::unique_ptr<GENERAL_NAMES, pki::Freed<&GENERAL_NAMES_free>>;

constexpr std::string_view kUriStart = "spiffe://paceline/";
constexpr size_t kMaxName = 64;

std::string TextOf(const ASN1_STRING* text) {
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                     static_cast<size_t>(ASN1_STRING_length(text)));
}

std::string CommonName(const X509_NAME* name) {
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) return "";
  return TextOf(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
}

std::string IpText(const ASN1_OCTET_STRING* bytes) {
  char text[INET6_ADDRSTRLEN] = "";
  const int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(bytes) != 16) return "";
  inet_ntop(family, ASN1_STRING_get0_data(bytes), text, sizeof text);
  return text;
}

absl::Status TakeUri(std::string_view uri, CertificateFacts& facts) {
  if (!uri.starts_with(kUriStart)) return absl::OkStatus();
  uri.remove_prefix(kUriStart.size());
  if (!facts.role.empty()) {
    return absl::InvalidArgumentError("the certificate claims two roles; it may have one");
  }
  const size_t slash = std::min(uri.find('/'), uri.size());
  const std::string_view role = uri.substr(0, slash);
  const std::string_view name = uri.substr(std::min(slash + 1, uri.size()));
  if (absl::Status status = CheckRole(role); !status.ok()) return status;
  if (absl::Status status = CheckIdentityName(name); !status.ok()) return status;
  facts.role = role;
  facts.name = name;
  return absl::OkStatus();
}

absl::Status TakeNames(const X509* certificate, CertificateFacts& facts) {
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) facts.hosts.push_back(TextOf(name->d.dNSName));
    if (name->type == GEN_IPADD) facts.hosts.push_back(IpText(name->d.iPAddress));
    if (name->type != GEN_URI) continue;
    absl::Status status = TakeUri(TextOf(name->d.uniformResourceIdentifier), facts);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Of text from elsewhere.
std::string Shown(std::string_view text) {
  return absl::CHexEscape(std::string(text.substr(0, kMaxName)));
}

bool IsNameByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
}

}  // namespace

absl::StatusOr<CertificateFacts> ReadCertificateFacts(std::string_view pem) {
  const pki::X509Ptr certificate = pki::ReadX509(pem);
  if (certificate == nullptr) {
    return absl::InvalidArgumentError(
        "holds no certificate; it should have a block that begins with "
        "-----BEGIN CERTIFICATE-----");
  }
  CertificateFacts facts;
  if (absl::Status status = TakeNames(certificate.get(), facts); !status.ok()) return status;
  if (facts.role.empty()) facts.name = CommonName(X509_get_subject_name(certificate.get()));
  facts.serial = pki::SerialText(X509_get0_serialNumber(certificate.get()));
  facts.not_before_ms = pki::UnixMillis(X509_get0_notBefore(certificate.get()));
  facts.not_after_ms = pki::UnixMillis(X509_get0_notAfter(certificate.get()));
  facts.issuer = CommonName(X509_get_issuer_name(certificate.get()));
  return facts;
}

std::string IdentityUri(std::string_view role, std::string_view name) {
  return fmt::format("{}{}/{}", kUriStart, role, name);
}

absl::Status CheckIdentityName(std::string_view name) {
  const bool good = !name.empty() && name.size() <= kMaxName &&
                    absl::ascii_isalnum(static_cast<unsigned char>(name[0])) &&
                    std::ranges::all_of(name, IsNameByte);
  if (good) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("\"{}\" is no name of an identity, which is 1 to {} letters, digits, '.', '_' "
                  "and '-', the first a letter or digit",
                  Shown(name), kMaxName));
}

absl::Status CheckRole(std::string_view role) {
  if (std::ranges::find(kCertificateRoles, role) != kCertificateRoles.end()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(fmt::format("\"{}\" is no role; there are {}", Shown(role),
                                                fmt::join(kCertificateRoles, ", ")));
}

}  // namespace paceline
