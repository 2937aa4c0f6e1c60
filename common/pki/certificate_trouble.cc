#include "common/pki/certificate_trouble.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <memory>

#include "absl/strings/escaping.h"
#include "common/pki/certificate_facts.h"
#include "common/pki/host_name.h"
#include "common/pki/openssl.h"
#include "fmt/chrono.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace paceline {
namespace {

using Store = std::unique_ptr<X509_STORE, pki::Freed<&X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, pki::Freed<&X509_STORE_CTX_free>>;

void FreeAll(STACK_OF(X509) * all) { sk_X509_pop_free(all, X509_free); }
using Certificates = std::unique_ptr<STACK_OF(X509), pki::Freed<&FreeAll>>;

Certificates ReadAll(std::string_view pem) {
  Certificates all(sk_X509_new_null());
  const pki::BioPtr text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  while (X509* one = PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)) {
    sk_X509_push(all.get(), one);
  }
  return all;
}

Store Trusted(const CertificateUse& use, X509* certificate) {
  Store store(X509_STORE_new());
  const Certificates authorities = ReadAll(use.authorities);
  for (int i = 0; i < sk_X509_num(authorities.get()); ++i) {
    X509_STORE_add_cert(store.get(), sk_X509_value(authorities.get(), i));
  }
  if (use.authorities.empty()) {
    X509_STORE_add_cert(store.get(), certificate);
    X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  }
  return store;
}

void ExpectHost(X509_VERIFY_PARAM* verify, const std::string& host) {
  if (host.empty()) return;
  if (IsIpAddress(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(verify, host.c_str());
  } else {
    X509_VERIFY_PARAM_set1_host(verify, host.c_str(), host.size());
  }
}

CertificateFacts FactsOf(X509* certificate) {
  return ReadCertificateFacts(pki::ToPem(certificate)).value_or(CertificateFacts());
}

std::string Shown(const std::string& text) { return absl::CHexEscape(text); }

std::string RenewText(const CertificateFacts& facts) {
  if (facts.role.empty()) return "get a new one of its authority";
  return fmt::format("renew it: paceline certs renew {}", facts.name);
}

std::string HostTrouble(const CertificateFacts& facts, const std::string& host) {
  if (host.empty()) return "is for other hosts";
  return fmt::format(
      "is for {}, not for {}; reach it by a name that it has, or issue it anew "
      "with --host {}",
      facts.hosts.empty() ? "no host" : Shown(fmt::format("{}", fmt::join(facts.hosts, ", "))),
      host, host);
}

std::string PurposeTrouble(const CertificateFacts& facts, bool server) {
  return fmt::format(
      "is {}, and {}",
      facts.role.empty() ? "for another purpose" : fmt::format("a {}'s", facts.role),
      server ? "here a coordinator's is needed" : "here that of a worker or of a person is needed");
}

}  // namespace

std::string UtcText(int64_t unix_ms) {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC",
                     fmt::gmtime(static_cast<std::time_t>(unix_ms / 1000)));
}

std::string CertificateTitle(X509* certificate) {
  if (certificate == nullptr) return "no certificate";
  const CertificateFacts facts = FactsOf(certificate);
  if (facts.role.empty()) return fmt::format("\"{}\"", Shown(facts.name));
  return fmt::format("{} as {}, serial {}", facts.name, facts.role, facts.serial);
}

std::string VerificationTrouble(int error, X509* certificate, const CertificateUse& use) {
  if (error == X509_V_OK) return "";
  const CertificateFacts facts = certificate == nullptr ? CertificateFacts() : FactsOf(certificate);
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return fmt::format("expired on {}; {}", UtcText(facts.not_after_ms), RenewText(facts));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fmt::format("is good from {} on, and here it is {}; is a clock wrong?",
                         UtcText(facts.not_before_ms), UtcText(use.now_ms));
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return HostTrouble(facts, use.host);
    case X509_V_ERR_INVALID_PURPOSE:
      return PurposeTrouble(facts, use.server);
    default:
      return fmt::format("does not come from the authority in --tls-ca, but from \"{}\" ({})",
                         Shown(facts.issuer), X509_verify_cert_error_string(error));
  }
}

std::string TimeTrouble(std::string_view pem, int64_t now_ms) {
  const pki::X509Ptr certificate = pki::ReadX509(pem);
  if (certificate == nullptr) return "is none";
  const CertificateUse use{.now_ms = now_ms};
  if (now_ms < pki::UnixMillis(X509_get0_notBefore(certificate.get()))) {
    return VerificationTrouble(X509_V_ERR_CERT_NOT_YET_VALID, certificate.get(), use);
  }
  const bool over = now_ms > pki::UnixMillis(X509_get0_notAfter(certificate.get()));
  return VerificationTrouble(over ? X509_V_ERR_CERT_HAS_EXPIRED : X509_V_OK, certificate.get(),
                             use);
}

std::string CertificateTrouble(std::string_view pem, const CertificateUse& use) {
  const Certificates chain = ReadAll(pem);
  if (sk_X509_num(chain.get()) == 0) return "is none";
  X509* const certificate = sk_X509_value(chain.get(), 0);
  const Store store = Trusted(use, certificate);
  const StoreContext context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), certificate, chain.get());
  X509_STORE_CTX_set_purpose(context.get(),
                             use.server ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT);
  X509_STORE_CTX_set_time(context.get(), 0, use.now_ms / 1000);
  ExpectHost(X509_STORE_CTX_get0_param(context.get()), use.host);
  if (X509_verify_cert(context.get()) == 1) return "";
  X509* const culprit = X509_STORE_CTX_get_current_cert(context.get());
  std::string trouble = VerificationTrouble(X509_STORE_CTX_get_error(context.get()), culprit, use);
  return culprit == nullptr || X509_cmp(culprit, certificate) == 0
             ? trouble
             : fmt::format("comes from {}, whose certificate {}", CertificateTitle(culprit),
                           trouble);
}

}  // namespace paceline
