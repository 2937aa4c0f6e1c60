#include "common/rpc/tls_probe.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/pki/certificate_trouble.h"
#include "common/pki/openssl.h"
#include "common/rpc/first_words.h"
#include "fmt/format.h"

namespace paceline {
namespace {

using ContextPtr = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using SslPtr = std::unique_ptr<SSL, decltype(&SSL_free)>;

constexpr unsigned char kAlpn[] = {2, 'h', '2'};
constexpr int kMaxRounds = 20;

ContextPtr MakeContext(const TlsFlags& tls) {
  ContextPtr context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
  SSL_CTX_set_alpn_protos(context.get(), kAlpn, sizeof kAlpn);
  if (!tls.ca.empty()) {
    SSL_CTX_load_verify_locations(context.get(), tls.ca.c_str(), nullptr);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  }
  if (!tls.cert.empty()) {
    SSL_CTX_use_certificate_chain_file(context.get(), tls.cert.c_str());
    SSL_CTX_use_PrivateKey_file(context.get(), tls.key.c_str(), SSL_FILETYPE_PEM);
  }
  return context;
}

void ExpectHost(SSL* ssl, const std::string& host) {
  X509_VERIFY_PARAM* verify = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(verify, host.c_str()) == 1) return;
  SSL_set_tlsext_host_name(ssl, host.c_str());
  X509_VERIFY_PARAM_set1_host(verify, host.c_str(), host.size());
}

// OpenSSL writes into memory, because to a socket it would write with SIGPIPE.
class Session {
 public:
  Session(const TlsFlags& tls, const std::string& host)
      : context_(MakeContext(tls)), ssl_(SSL_new(context_.get()), &SSL_free) {
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    if (!host.empty()) ExpectHost(ssl_.get(), host);
    SSL_set_cert_cb(ssl_.get(), &NoteQuestion, &asked_);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  SSL* get() const { return ssl_.get(); }

  std::string TakeOutput() {
    std::string bytes(BIO_ctrl_pending(SSL_get_wbio(get())), '\0');
    if (!bytes.empty()) BIO_read(SSL_get_wbio(get()), bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }
  // The server wants to see a certificate.
  bool asked_for_certificate() const { return asked_; }
  void Give(const std::string& bytes) {
    BIO_write(SSL_get_rbio(get()), bytes.data(), static_cast<int>(bytes.size()));
  }

 private:
  static int NoteQuestion(SSL*, void* asked) {
    *static_cast<bool*>(asked) = true;
    return 1;
  }

  bool asked_ = false;
  ContextPtr context_;
  SslPtr ssl_;
};

// The other side's bytes until `step` is done (true) or fails (false). `first` is what it said
// first. DeadlineExceeded if it says nothing in time.
template <typename Step>
absl::StatusOr<bool> Exchange(Session& session, int socket, std::string& first, const Step& step) {
  for (int round = 0; round < kMaxRounds; ++round) {
    const int result = step();
    SendTo(socket, session.TakeOutput());
    if (result > 0) return true;
    if (SSL_get_error(session.get(), result) != SSL_ERROR_WANT_READ) return false;
    const auto words = ReceiveFrom(socket);
    if (!words.ok()) return words.status();
    if (first.empty()) first = *words;
    if (words->empty()) return false;
    session.Give(*words);
  }
  return false;
}

// Its certificate and those that it showed with it.
std::string ChainOf(SSL* ssl) {
  std::string chain;
  STACK_OF(X509)* const shown = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; i < sk_X509_num(shown); ++i) chain += pki::ToPem(sk_X509_value(shown, i));
  return chain;
}

std::string PemText(const std::string& path) {
  return path.empty() ? "" : ReadFile(path).value_or("");
}

std::string TheirTrouble(SSL* ssl, const TlsFlags& tls, const std::string& host) {
  const std::string authorities = PemText(tls.ca);
  return "its certificate " +
         CertificateTrouble(ChainOf(ssl), {.authorities = authorities,
                                           .server = true,
                                           .host = host,
                                           .now_ms = Clock::Real().UnixMillis()});
}

// The other side ends the connection without a word, so this side looks at its own certificate.
std::string RefusalText(const TlsFlags& tls) {
  if (tls.cert.empty()) {
    return "it demands a certificate of this side; give --tls-cert and --tls-key";
  }
  const std::string authorities = PemText(tls.ca);
  const std::string trouble = CertificateTrouble(
      PemText(tls.cert), {.authorities = authorities, .now_ms = Clock::Real().UnixMillis()});
  return fmt::format(
      "it refuses this side's certificate {}, which {}", tls.cert,
      trouble.empty() ? "this side finds nothing wrong with; its log says why" : trouble);
}

bool IsOldTls(unsigned long error) {
  const int reason = ERR_GET_REASON(error);
  return reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION || reason == SSL_R_UNSUPPORTED_PROTOCOL;
}

}  // namespace

std::string TlsGreeting() {
  Session session({}, "");
  SSL_connect(session.get());
  return session.TakeOutput();
}

bool IsTls(const std::string& words) {
  constexpr char kAlert = 0x15, kHandshake = 0x16, kMajor = 3;
  return words.size() > 2 && (words[0] == kAlert || words[0] == kHandshake) && words[1] == kMajor;
}

absl::Status TryTls(const Address& address, const TlsFlags& tls) {
  const auto socket = ConnectTo(address);
  if (!socket.ok()) return socket.status();
  const Descriptor connection(*socket);
  Session session(tls, address.host);
  std::string first;
  ERR_clear_error();
  const auto agreed = Exchange(session, *socket, first, [&] { return SSL_connect(session.get()); });
  if (SSL_get_verify_result(session.get()) != X509_V_OK) {
    return absl::FailedPreconditionError(TheirTrouble(session.get(), tls, address.host));
  }
  if (!agreed.ok()) return agreed.status();
  if (!*agreed && !IsTls(first)) return absl::UnimplementedError("it does not speak TLS");
  if (!*agreed && IsOldTls(ERR_peek_last_error())) {
    return absl::FailedPreconditionError(
        "it speaks an old TLS, and this side takes TLS 1.3 alone; bring it up to date");
  }
  // A server refuses our certificate, or that there is none, after the handshake: it closes instead
  // of sending its settings.
  char byte = 0;
  const auto goes_on =
      *agreed ? Exchange(session, *socket, first, [&] { return SSL_read(session.get(), &byte, 1); })
              : agreed;
  if (goes_on.ok() && *goes_on) return absl::OkStatus();
  if (session.asked_for_certificate()) return absl::FailedPreconditionError(RefusalText(tls));
  return absl::FailedPreconditionError("it speaks TLS, but ends the connection");
}

}  // namespace paceline
