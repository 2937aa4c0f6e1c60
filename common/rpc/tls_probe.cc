#include "common/rpc/tls_probe.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

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

std::string CertificateTrouble(long result, const std::string& host) {
  switch (result) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fmt::format(
          "its certificate is for another name than {}; use a name that the certificate has", host);
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fmt::format("its certificate does not hold today ({})",
                         X509_verify_cert_error_string(result));
    default:
      return fmt::format("its certificate does not come from the authority in --tls-ca ({})",
                         X509_verify_cert_error_string(result));
  }
}

std::string RefusalText(const TlsFlags& tls) {
  if (tls.cert.empty()) {
    return "it demands a certificate of this side; give --tls-cert and --tls-key";
  }
  return fmt::format("it refuses this side's certificate {}", tls.cert);
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
  const auto agreed = Exchange(session, *socket, first, [&] { return SSL_connect(session.get()); });
  if (const long result = SSL_get_verify_result(session.get()); result != X509_V_OK) {
    return absl::FailedPreconditionError(CertificateTrouble(result, address.host));
  }
  if (!agreed.ok()) return agreed.status();
  if (!*agreed && !IsTls(first)) return absl::UnimplementedError("it does not speak TLS");
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
