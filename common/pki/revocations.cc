#include "common/pki/revocations.h"

#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <memory>

#include "common/pki/openssl.h"

namespace paceline {
namespace {

using Number = std::unique_ptr<BIGNUM, pki::Freed<&BN_free>>;
using Serial = std::unique_ptr<ASN1_INTEGER, pki::Freed<&ASN1_INTEGER_free>>;
using Time = std::unique_ptr<ASN1_TIME, pki::Freed<&ASN1_TIME_free>>;
using Code = std::unique_ptr<ASN1_ENUMERATED, pki::Freed<&ASN1_ENUMERATED_free>>;

struct Reason {
  const char* name;
  int code;
};
constexpr std::array<Reason, 4> kReasons = {
    {{"unspecified", CRL_REASON_UNSPECIFIED},
     {"key-compromise", CRL_REASON_KEY_COMPROMISE},
     {"superseded", CRL_REASON_SUPERSEDED},
     {"no-longer-used", CRL_REASON_CESSATION_OF_OPERATION}}};

Serial SerialFrom(const std::string& digits) {
  const Number owned(BN_new());
  BIGNUM* number = owned.get();
  BN_hex2bn(&number, digits.c_str());
  return Serial(BN_to_ASN1_INTEGER(number, nullptr));
}

Time TimeFrom(int64_t unix_ms) { return Time(ASN1_TIME_set(nullptr, unix_ms / 1000)); }

int CodeOf(const std::string& reason) {
  const auto* found =
      std::ranges::find_if(kReasons, [&](const Reason& known) { return reason == known.name; });
  return found == kReasons.end() ? CRL_REASON_UNSPECIFIED : found->code;
}

std::string NameOf(int code) {
  const auto* found =
      std::ranges::find_if(kReasons, [&](const Reason& known) { return code == known.code; });
  return found == kReasons.end() ? kReasons[0].name : found->name;
}

bool Add(X509_CRL* crl, const Revocation& revocation) {
  X509_REVOKED* entry = X509_REVOKED_new();
  const Code reason(ASN1_ENUMERATED_new());
  ASN1_ENUMERATED_set(reason.get(), CodeOf(revocation.reason));
  const bool made =
      X509_REVOKED_set_serialNumber(entry, SerialFrom(revocation.serial).get()) == 1 &&
      X509_REVOKED_set_revocationDate(entry, TimeFrom(revocation.revoked_ms).get()) == 1 &&
      X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason.get(), 0, X509V3_ADD_DEFAULT) == 1;
  return X509_CRL_add0_revoked(crl, entry) == 1 && made;
}

Revocation From(X509_REVOKED* entry) {
  const Code reason(static_cast<ASN1_ENUMERATED*>(
      X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nullptr, nullptr)));
  return {.serial = pki::SerialText(X509_REVOKED_get0_serialNumber(entry)),
          .reason = NameOf(reason == nullptr ? CRL_REASON_UNSPECIFIED
                                             : static_cast<int>(ASN1_ENUMERATED_get(reason.get()))),
          .revoked_ms = pki::UnixMillis(X509_REVOKED_get0_revocationDate(entry))};
}

}  // namespace

std::vector<std::string> RevocationReasons() {
  std::vector<std::string> names;
  names.reserve(kReasons.size());
  for (const Reason& reason : kReasons) names.emplace_back(reason.name);
  return names;
}

absl::StatusOr<std::string> WriteRevocations(const KeyedCertificate& authority,
                                             const std::vector<Revocation>& revocations,
                                             int64_t now_ms) {
  const pki::X509Ptr issuer = pki::ReadX509(authority.cert);
  const pki::KeyPtr key = pki::ReadKey(authority.key);
  const pki::CrlPtr crl(X509_CRL_new());
  bool made = X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2) == 1 && issuer != nullptr &&
              X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer.get())) == 1 &&
              X509_CRL_set1_lastUpdate(crl.get(), TimeFrom(now_ms).get()) == 1 &&
              X509_CRL_set1_nextUpdate(crl.get(), X509_get0_notAfter(issuer.get())) == 1;
  for (const Revocation& one : revocations) made = made && Add(crl.get(), one);
  made = made && X509_CRL_sort(crl.get()) == 1 &&
         X509_CRL_sign(crl.get(), key.get(), EVP_sha256()) > 0;
  if (!made) return absl::InternalError("OpenSSL cannot make the list of revoked certificates");
  return pki::ToPem(crl.get());
}

absl::StatusOr<std::vector<Revocation>> ReadRevocations(std::string_view pem) {
  const pki::CrlPtr crl = pki::ReadCrl(pem);
  if (crl == nullptr) {
    return absl::DataLossError(
        "holds no list of revoked certificates; it should have a block that begins with "
        "-----BEGIN X509 CRL-----");
  }
  STACK_OF(X509_REVOKED)* entries = X509_CRL_get_REVOKED(crl.get());
  const int count = std::max(sk_X509_REVOKED_num(entries), 0);
  std::vector<Revocation> revocations;
  revocations.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    revocations.push_back(From(sk_X509_REVOKED_value(entries, i)));
  }
  return revocations;
}

}  // namespace paceline
