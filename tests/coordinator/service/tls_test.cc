// What both sides say of each handshake that comes to nothing: the client in its error, the
// coordinator in its log.
#include <openssl/ssl.h>

#include <sstream>

#include "common/base/file.h"
#include "common/base/private_file.h"
#include "common/pki/issue.h"
#include "common/rpc/client_hello.h"
#include "common/rpc/first_words.h"
#include "common/rpc/tls_probe.h"
#include "coordinator/access/gate.h"
#include "coordinator/service/server.h"
#include "coordinator/store/memory_store.h"
#include "gmock/gmock.h"
#include "grpcpp/server.h"
#include "gtest/gtest.h"
#include "paceline/v1/job.grpc.pb.h"
#include "spdlog/sinks/ostream_sink.h"
#include "spdlog/spdlog.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kHour = 3'600'000;  // ms

// All that is logged while it lives.
class HeardLog {
 public:
  HeardLog() {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_, /*force_flush=*/true)));
  }
  ~HeardLog() { spdlog::set_default_logger(before_); }
  bool Has(const std::string& words) {
    return WaitUntil([&] { return text_.str().find(words) != std::string::npos; },
                     std::chrono::seconds(10));
  }
  std::string text() const { return text_.str(); }

 private:
  const std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
  std::ostringstream text_;
};

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    Write("ca.pem", authority_.cert);
    Write("other-ca.pem", other_.cert);
    Issue("server", authority_, "coordinator", now_ - kHour, now_ + kHour, {"127.0.0.1"});
    Issue("worker", authority_, "worker", now_ - kHour, now_ + kHour);
    Issue("viewer", authority_, "viewer", now_ - kHour, now_ + kHour);
    Issue("foreign", other_, "worker", now_ - kHour, now_ + kHour);
    Issue("old", authority_, "worker", now_ - 2 * kHour, now_ - kHour);
    Issue("early", authority_, "worker", now_ + kHour, now_ + 2 * kHour);
  }

  KeyedCertificate Authority() const {
    return *MakeCertificateAuthority("Paceline", {now_ - 3 * kHour, now_ + 9 * kHour});
  }
  void Write(const std::string& name, const std::string& text) const {
    EXPECT_TRUE(WritePrivateFile(Path(name), text).ok());
  }
  void Issue(const std::string& name, const KeyedCertificate& authority, const std::string& role,
             int64_t from_ms, int64_t to_ms, const std::vector<std::string>& hosts = {}) const {
    const auto made = IssueCertificate(
        authority, {.role = role, .name = name, .hosts = hosts, .validity = {from_ms, to_ms}});
    ASSERT_TRUE(made.ok()) << made.status();
    Write(name + ".pem", made->cert);
    Write(name + "-key.pem", made->key);
  }
  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  TlsFlags Flags(const std::string& name, const std::string& ca = "ca.pem") const {
    if (name.empty()) return {.ca = Path(ca)};
    return {.ca = Path(ca), .cert = Path(name + ".pem"), .key = Path(name + "-key.pem")};
  }

  void Serve(const TlsFlags& tls) {
    gate_.reset();
    auto book = AccessBook::Open(Path("access.db"), Clock::Real());
    auto audit = AuditLog::Open({.folder = folder_.path()}, Clock::Real());
    ASSERT_TRUE(book.ok() && audit.ok()) << book.status() << audit.status();
    book_ = *std::move(book);
    audit_ = *std::move(audit);
    gate_ = std::make_unique<Gate>(*book_, *audit_, Clock::Real());
    auto server = Server::Start({.listen = {.host = "127.0.0.1", .port = 0},
                                 .tls = tls,
                                 .data_folder = folder_.path(),
                                 .threads = 1,
                                 .gate = gate_.get(),
                                 .on_fatal = {}},
                                store_, Clock::Real());
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    address_ = server_->address();
  }
  // What somebody is told who asks for the jobs; empty if it got them.
  std::string Ask(const TlsFlags& tls) const {
    std::vector<std::string> arguments = {"list", "--coordinator", address_.ToString()};
    for (const auto& [flag, file] :
         {std::pair("--tls-ca", tls.ca), {"--tls-cert", tls.cert}, {"--tls-key", tls.key}}) {
      if (!file.empty()) arguments.insert(arguments.end(), {flag, file});
    }
    const Finished asked = RunProgram("paceline", arguments);
    EXPECT_EQ(asked.status == 0, asked.err.empty()) << asked.status << asked.err;
    return asked.err;
  }

  const int64_t now_ = Clock::Real().UnixMillis();
  TemporaryFolder folder_;
  const KeyedCertificate authority_ = Authority(), other_ = Authority();
  HeardLog log_;
  MemoryStore store_;
  std::unique_ptr<AccessBook> book_;
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<Server> server_;
  Address address_;
};

TEST_F(TlsTest, WhoShowsAGoodCertificateIsLetIn) {
  Serve(Flags("server"));
  EXPECT_EQ(Ask(Flags("viewer")), "");
  EXPECT_THAT(Ask(Flags("worker")), HasSubstr("may not ask for JobService/List"));
  EXPECT_EQ(log_.text(), "");
}

// Sides that the command line lets so far.
TEST_F(TlsTest, BothSidesSayWhatIsWrong) {
  Issue("elsewhere", authority_, "coordinator", now_ - kHour, now_ + kHour, {"head", "10.0.0.1"});
  Issue("theirs", other_, "coordinator", now_ - kHour, now_ + kHour, {"127.0.0.1"});
  struct Case {
    const char* what;
    TlsFlags server, client;
    std::string told, logged;
  };
  for (const Case& c : std::vector<Case>{
           {"no client certificate", Flags("server"), Flags(""),
            "it demands a certificate of this side; give --tls-cert and --tls-key",
            "the other side showed no certificate: a TLS handshake failed"},
           {"a client of another authority", Flags("server"), Flags("foreign"),
            "it refuses this side's certificate " + Path("foreign.pem") +
                ", which does not come from the authority in --tls-ca, but from \"Paceline\"",
            "the certificate of foreign as worker, serial "},
           {"a coordinator as a client", Flags("server"), Flags("server"),
            "which is a coordinator's, and here that of a worker or of a person is needed",
            "the certificate of server as coordinator, serial "},
           {"a server of another authority", Flags("theirs"), Flags("worker"),
            "its certificate does not come from the authority in --tls-ca, but from \"Paceline\"",
            "the other side hung up, as one does that refuses this side's certificate"},
           {"a server for other names", Flags("elsewhere"), Flags("worker"),
            "its certificate is for head, 10.0.0.1, not for 127.0.0.1; reach it by a name that it "
            "has, or issue it anew with --host 127.0.0.1",
            "the other side hung up, as one does that refuses this side's certificate"},
           {"plaintext to TLS",
            Flags("server"),
            {},
            "it speaks TLS, and this side did not; give --tls-ca",
            "speaks without TLS to this port, which demands it"},
           {"TLS to plaintext",
            {},
            Flags("worker"),
            "it speaks no TLS, and this side did; start it with --tls-cert",
            "speaks TLS to this port, which has none"},
       }) {
    SCOPED_TRACE(c.what);
    Serve(c.server);
    EXPECT_THAT(Ask(c.client), HasSubstr(c.told));
    EXPECT_TRUE(log_.Has(c.logged)) << log_.text();
    server_.reset();
  }
}

// Certificates that no program of ours would start with, but that may run out while it runs.
TEST_F(TlsTest, ACertificateOfTheWrongTimeIsRefusedAndNamedOnBothSides) {
  struct Case {
    const char *name, *why;
  };
  for (const Case& c : std::vector<Case>{
           {"old", "expired on "},
           {"early", "is good from "},
       }) {
    SCOPED_TRACE(c.name);
    Serve(Flags("server"));
    const TlsFlags flags = Flags(c.name);
    const absl::Status told = TryTls(address_, flags);
    EXPECT_TRUE(absl::IsFailedPrecondition(told)) << told;
    EXPECT_THAT(std::string(told.message()),
                HasSubstr("it refuses this side's certificate " + flags.cert + ", which " + c.why));
    EXPECT_TRUE(log_.Has(std::string("the certificate of ") + c.name + " as worker, serial "));
    EXPECT_TRUE(log_.Has(c.why)) << log_.text();
    EXPECT_THAT(Ask(flags), HasSubstr(flags.cert + ": " + c.why));
    server_.reset();
  }
}

TEST_F(TlsTest, AServersCertificateThatHasRunOutIsToldOf) {
  Issue("late", authority_, "coordinator", now_ - 2 * kHour, now_ - kHour, {"127.0.0.1"});
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back(
      {*ReadFile(Path("late-key.pem")), *ReadFile(Path("late.pem"))});
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options), &address_.port);
  v1::JobService::Service service;
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  address_.host = "127.0.0.1";
  EXPECT_THAT(Ask(Flags("worker")),
              ::testing::ContainsRegex("its certificate expired on .*; renew it: paceline certs "
                                       "renew late"));
  const absl::Status refused = ServerCredentials({"127.0.0.1", 0}, Flags("late")).status();
  EXPECT_THAT(std::string(refused.message()), HasSubstr(Path("late.pem") + ": expired on "));
}

TEST_F(TlsTest, LessThanTls13IsRefusedWithItsAlertAndToldOf) {
  Serve(Flags("server"));
  const auto hello = ReadFile("tests/fuzz/corpus/client_hello/tls12");
  ASSERT_TRUE(hello.ok()) << hello.status();
  EXPECT_EQ(FirstWords(address_, *hello).value(), ProtocolVersionAlert());
  EXPECT_TRUE(log_.Has("speaks an old TLS, and this port takes TLS 1.3 alone")) << log_.text();
}

TEST_F(TlsTest, AKeyOfAnotherCertificateIsNamed) {
  Serve(Flags("server"));
  TlsFlags flags = Flags("worker");
  flags.key = Path("old-key.pem");
  EXPECT_THAT(Ask(flags),
              HasSubstr(flags.key + ": is not the key of the certificate in " + flags.cert));
}

// One that goes on would not have its certificate looked at again.
TEST_F(TlsTest, NoSessionCanBeTakenUpAgain) {
  Serve(Flags("server"));
  const TlsFlags flags = Flags("worker");
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  SSL_CTX_use_certificate_file(context.get(), flags.cert.c_str(), SSL_FILETYPE_PEM);
  SSL_CTX_use_PrivateKey_file(context.get(), flags.key.c_str(), SSL_FILETYPE_PEM);
  constexpr unsigned char kAlpn[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context.get(), kAlpn, sizeof kAlpn);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
  const Descriptor socket(*ConnectTo(address_));
  SSL_set_fd(ssl.get(), socket.get());
  SSL_set_connect_state(ssl.get());
  char byte;
  // The server's settings; a ticket would come before them.
  ASSERT_TRUE(WaitUntil([&] { return SSL_read(ssl.get(), &byte, 1) == 1; }));
  EXPECT_EQ(SSL_SESSION_is_resumable(SSL_get0_session(ssl.get())), 0);
}

}  // namespace
}  // namespace paceline
