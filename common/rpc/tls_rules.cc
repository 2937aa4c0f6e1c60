#include "common/rpc/tls_rules.h"

#include <openssl/ssl.h>

#include <utility>

#include "common/base/clock.h"
#include "common/pki/certificate_trouble.h"
#include "common/rpc/reason_listener.h"
#include "fmt/format.h"

namespace paceline {
namespace {

using Verify = int (*)(int, X509_STORE_CTX*);

// Never destroyed: gRPC's threads may still shake hands while the program ends.
ReasonListener& TheListener() {
  static ReasonListener& listener = *new ReasonListener;
  return listener;
}

int NewIndex();

// Where each connection keeps what verified it before.
int Index() {
  static const int index = NewIndex();
  return index;
}

void Tell(X509_STORE_CTX* context, bool server) {
  X509* const culprit = X509_STORE_CTX_get_current_cert(context);
  const CertificateUse use{.server = server, .now_ms = Clock::Real().UnixMillis()};
  TheListener().Tell(
      fmt::format("the certificate of {} {}", CertificateTitle(culprit),
                  VerificationTrouble(X509_STORE_CTX_get_error(context), culprit, use)));
}

int TellAndVerify(int good, X509_STORE_CTX* context) {
  auto* const ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto before = reinterpret_cast<Verify>(SSL_get_ex_data(ssl, Index()));
  const int passes = before == nullptr ? good : before(good, context);
  if (passes == 0) Tell(context, SSL_is_server(ssl) == 0);
  return passes;
}

// gRPC's own contexts cannot be reached, but OpenSSL calls this for every connection, when all that
// its context says has been set.
void Rule(void* connection, void*, CRYPTO_EX_DATA* data, int index, long, void*) {
  auto* const ssl = static_cast<SSL*>(connection);
  SSL_set_min_proto_version(ssl, TLS1_3_VERSION);
  SSL_set_num_tickets(ssl, 0);
  CRYPTO_set_ex_data(data, index, reinterpret_cast<void*>(SSL_get_verify_callback(ssl)));
  SSL_set_verify(ssl, SSL_get_verify_mode(ssl), &TellAndVerify);
}

int NewIndex() { return SSL_get_ex_new_index(0, nullptr, &Rule, nullptr, nullptr); }

}  // namespace

void KeepTlsRules() { (void)Index(); }

void HearRefusedCertificates(std::function<void(const std::string& reason)> hear) {
  TheListener().Set(std::move(hear));
}

}  // namespace paceline
