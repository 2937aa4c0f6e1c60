#include "common/pki/issue.h"

#include <openssl/bn.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

#include "common/pki/certificate_facts.h"
#include "common/pki/host_name.h"
#include "common/pki/openssl.h"
#include "fmt/format.h"

namespace paceline {
namespace {

using Names = std::unique_ptr<GENERAL_NAMES, pki::Freed<&GENERAL_NAMES_free>>;
using Number = std::unique_ptr<BIGNUM, pki::Freed<&BN_free>>;

constexpr int kSerialBits = 128;
constexpr char kCoordinator[] = "coordinator";

// A certificate under way, and what went wrong on the way, which is told once.
class Draft {
 public:
  Draft(EVP_PKEY* key, const Validity& validity) : cert_(X509_new()) {
    Note(X509_set_version(cert_.get(), X509_VERSION_3));
    const Number serial(BN_new());
    // The highest bit is set, so that all are of one length.
    Note(BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY));
    Note(BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(cert_.get())) != nullptr);
    Note(ASN1_TIME_set(X509_getm_notBefore(cert_.get()), validity.from_ms / 1000) != nullptr);
    Note(ASN1_TIME_set(X509_getm_notAfter(cert_.get()), validity.to_ms / 1000) != nullptr);
    Note(X509_set_pubkey(cert_.get(), key));
  }

  void Name(std::string_view name) {
    Note(X509_NAME_add_entry_by_txt(X509_get_subject_name(cert_.get()), "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(name.data()),
                                    static_cast<int>(name.size()), -1, 0));
  }
  // `value` is in the language of OpenSSL's configuration, and never from a user.
  void Extend(X509* issuer, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, cert_.get(), nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
    Note(extension != nullptr && X509_add_ext(cert_.get(), extension, -1) == 1);
    X509_EXTENSION_free(extension);
  }
  void AddNames(const GENERAL_NAMES* names) {
    Note(X509_add1_ext_i2d(cert_.get(), NID_subject_alt_name, const_cast<GENERAL_NAMES*>(names), 0,
                           X509V3_ADD_DEFAULT));
  }
  absl::StatusOr<std::string> Sign(X509* issuer, EVP_PKEY* key) {
    Note(X509_set_issuer_name(cert_.get(), X509_get_subject_name(issuer)));
    Note(X509_sign(cert_.get(), key, EVP_sha256()) > 0);
    if (!good_) return absl::InternalError("OpenSSL cannot make the certificate");
    return pki::ToPem(cert_.get());
  }
  X509* get() { return cert_.get(); }

 private:
  void Note(int result) { good_ = good_ && result == 1; }

  pki::X509Ptr cert_;
  bool good_ = true;
};

void AddName(GENERAL_NAMES* names, int type, ASN1_STRING* value) {
  GENERAL_NAME* name = GENERAL_NAME_new();
  GENERAL_NAME_set0_value(name, type, value);
  sk_GENERAL_NAME_push(names, name);
}

ASN1_IA5STRING* TextValue(const std::string& text) {
  ASN1_IA5STRING* value = ASN1_IA5STRING_new();
  ASN1_STRING_set(value, text.data(), static_cast<int>(text.size()));
  return value;
}

Names NamesOf(const CertificateRequest& request) {
  Names names(sk_GENERAL_NAME_new_null());
  AddName(names.get(), GEN_URI, TextValue(IdentityUri(request.role, request.name)));
  for (const std::string& host : request.hosts) {
    if (IsIpAddress(host)) {
      AddName(names.get(), GEN_IPADD, a2i_IPADDRESS(host.c_str()));
    } else {
      AddName(names.get(), GEN_DNS, TextValue(host));
    }
  }
  return names;
}

absl::Status Check(const CertificateRequest& request) {
  if (absl::Status status = CheckRole(request.role); !status.ok()) return status;
  if (absl::Status status = CheckIdentityName(request.name); !status.ok()) return status;
  for (const std::string& host : request.hosts) {
    if (absl::Status status = CheckHostName(host); !status.ok()) return status;
  }
  if ((request.role == kCoordinator) == !request.hosts.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      request.role == kCoordinator
          ? "a coordinator's certificate needs the names and addresses by which it is reached"
          : fmt::format("a {}'s certificate is for no host", request.role));
}

absl::StatusOr<pki::KeyPtr> KeyOf(const CertificateRequest& request) {
  pki::KeyPtr key =
      request.key.empty() ? pki::KeyPtr(EVP_EC_gen("P-256")) : pki::ReadKey(request.key);
  if (key != nullptr) return key;
  if (request.key.empty()) return absl::InternalError("OpenSSL cannot make a key");
  return absl::InvalidArgumentError("holds no private key without a password");
}

int64_t EndOf(const std::string& cert) {
  const auto facts = ReadCertificateFacts(cert);
  return facts.ok() ? facts->not_after_ms : 0;
}

}  // namespace

absl::StatusOr<KeyedCertificate> MakeCertificateAuthority(std::string_view name,
                                                          const Validity& validity) {
  const absl::StatusOr<pki::KeyPtr> key = KeyOf({});
  if (!key.ok()) return key.status();
  Draft draft(key->get(), validity);
  draft.Name(name);
  draft.Extend(draft.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  draft.Extend(draft.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  draft.Extend(draft.get(), NID_subject_key_identifier, "hash");
  const absl::StatusOr<std::string> cert = draft.Sign(draft.get(), key->get());
  if (!cert.ok()) return cert.status();
  return KeyedCertificate{.cert = *cert, .key = pki::ToPem(key->get())};
}

absl::StatusOr<KeyedCertificate> IssueCertificate(const KeyedCertificate& authority,
                                                  const CertificateRequest& request) {
  if (absl::Status status = Check(request); !status.ok()) return status;
  const pki::X509Ptr issuer = pki::ReadX509(authority.cert);
  const pki::KeyPtr issuer_key = pki::ReadKey(authority.key);
  if (issuer == nullptr || X509_check_private_key(issuer.get(), issuer_key.get()) != 1) {
    return absl::InvalidArgumentError("the authority's key is not that of its certificate");
  }
  if (X509_check_ca(issuer.get()) == 0) {
    return absl::InvalidArgumentError("the authority's certificate may not issue any");
  }
  const absl::StatusOr<pki::KeyPtr> key = KeyOf(request);
  if (!key.ok()) return key.status();
  Draft draft(key->get(), {.from_ms = request.validity.from_ms,
                           .to_ms = std::min(request.validity.to_ms, EndOf(authority.cert))});
  draft.Name(request.name);
  draft.AddNames(NamesOf(request).get());
  draft.Extend(issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
  draft.Extend(issuer.get(), NID_key_usage, "critical,digitalSignature");
  draft.Extend(issuer.get(), NID_ext_key_usage,
               request.role == kCoordinator ? "serverAuth" : "clientAuth");
  draft.Extend(issuer.get(), NID_authority_key_identifier, "keyid:always");
  const absl::StatusOr<std::string> cert = draft.Sign(issuer.get(), issuer_key.get());
  if (!cert.ok()) return cert.status();
  return KeyedCertificate{.cert = *cert, .key = pki::ToPem(key->get())};
}

}  // namespace paceline
