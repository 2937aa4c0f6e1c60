#include "common/rpc/diagnosis.h"

#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <memory>

#include "common/base/private_file.h"
#include "common/rpc/channel.h"
#include "common/rpc/client_hello.h"
#include "common/rpc/status.h"
#include "gmock/gmock.h"
#include "grpcpp/server.h"
#include "gtest/gtest.h"
#include "paceline/v1/job.grpc.pb.h"
#include "tests/common/rpc/fake_peer.h"
#include "tests/testing/certificates.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

// Certificates in files, and what a client is told after a call that is not answered.
class DiagnosisTest : public ::testing::Test {
 protected:
  DiagnosisTest() {
    std::string pattern = ::testing::TempDir() + "diagnosisXXXXXX";
    folder_ = mkdtemp(pattern.data());
    const Certificate authority = MakeAuthority("ours");
    Write("ca.pem", authority.cert);
    Write("other-ca.pem", MakeAuthority("theirs").cert);
    for (const std::string name : {"server", "client"}) {
      const Certificate own = MakeCertificate(name, authority);
      Write(name + ".pem", own.cert);
      Write(name + ".key", own.key);
    }
  }
  ~DiagnosisTest() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) const {
    EXPECT_TRUE(WritePrivateFile(Path(name), text).ok());
  }
  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  std::string Serve(const TlsFlags& tls, const std::string& host = "127.0.0.1") {
    grpc::ServerBuilder builder;
    ApplyServerLimits(builder);
    int port = 0;
    builder.AddListeningPort(host + ":0", *ServerCredentials({host, 0}, tls), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    return host + ":" + std::to_string(port);
  }

  static void ExpectTold(const std::string& address, const TlsFlags& tls, const char* words) {
    const auto channel = OpenChannel(address, tls);
    ASSERT_TRUE(channel.ok()) << channel.status();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    v1::ListReply reply;
    const absl::Status called =
        FromCall(v1::JobService::NewStub(*channel)->List(&context, {}, &reply), address);
    const absl::Status told = Diagnosed(called, address, tls);
    EXPECT_TRUE(absl::IsUnavailable(told)) << told;
    EXPECT_THAT(std::string(told.message()), HasSubstr(words)) << called;
    EXPECT_THAT(std::string(told.message()), HasSubstr(address));
  }
  TlsFlags Ours() const { return {.ca = Path("ca.pem")}; }
  TlsFlags ServerFlags() const { return {.cert = Path("server.pem"), .key = Path("server.key")}; }

  std::string folder_;
  v1::JobService::Service service_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(DiagnosisTest, WhatIsNoCoordinatorIsCalledWhatItIs) {
  struct Case {
    const char *says, *told;
  };
  for (const Case& c : std::vector<Case>{
           {"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "a web server listens there"},
           {"SSH-2.0-OpenSSH_9.2\r\n", "no coordinator: it says \"SSH-2.0-OpenSSH_9.2\\r\""}}) {
    FakePeer peer(c.says);
    ExpectTold(peer.address(), {}, c.told);
    ExpectTold(peer.address(), Ours(), c.told);
  }
}

TEST_F(DiagnosisTest, ASilentPeerIsTold) {
  FakePeer peer("");
  for (const TlsFlags& tls : {TlsFlags(), Ours()}) {
    const absl::Status told = Diagnosed(absl::DeadlineExceededError("late"), peer.address(), tls);
    EXPECT_THAT(std::string(told.message()),
                HasSubstr("something listens there but does not answer"));
  }
}

TEST_F(DiagnosisTest, AClosedPortAndAnUnknownNameAreTold) {
  ExpectTold("127.0.0.1:1", {}, "nothing listens there; is it running");
  ExpectTold("127.0.0.1:1", Ours(), "nothing listens there; is it running");
  ExpectTold("no-such-host.invalid:7700", {.insecure = true},
             "the name no-such-host.invalid has no address");
}

TEST_F(DiagnosisTest, TlsOnOneSideOnlyIsTold) {
  ExpectTold(Serve(ServerFlags()), {}, "it speaks TLS, and this side did not; give --tls-ca");
  ExpectTold(Serve({}), Ours(), "it speaks no TLS, and this side did");
}

TEST_F(DiagnosisTest, AnOldTlsIsTold) {
  FakePeer peer{std::string(ProtocolVersionAlert())};
  ExpectTold(peer.address(), Ours(), "it speaks an old TLS, and this side takes TLS 1.3 alone");
}

TEST_F(DiagnosisTest, AWrongCertificateIsTold) {
  ExpectTold(Serve(ServerFlags()), {.ca = Path("other-ca.pem")},
             "its certificate does not come from the authority in --tls-ca");
  ExpectTold(Serve(ServerFlags(), "127.0.0.2"), Ours(),
             "its certificate is for 127.0.0.1, localhost, not for 127.0.0.2");
}

TEST_F(DiagnosisTest, AMissingOrForeignClientCertificateIsTold) {
  TlsFlags server = ServerFlags();
  server.ca = Path("ca.pem");
  const std::string address = Serve(server);
  ExpectTold(address, Ours(), "it demands a certificate of this side; give --tls-cert");
  const Certificate foreign = MakeCertificate("foreign", MakeAuthority("theirs"));
  Write("foreign.pem", foreign.cert);
  Write("foreign.key", foreign.key);
  ExpectTold(address,
             {.ca = Path("ca.pem"), .cert = Path("foreign.pem"), .key = Path("foreign.key")},
             "it refuses this side's certificate");
}

TEST_F(DiagnosisTest, AServiceThatDoesNotKnowTheRequestIsTold) {
  ExpectTold(Serve({}), {}, "does not know this request");
}

TEST_F(DiagnosisTest, OtherErrorsStayAsTheyAre) {
  const absl::Status status = absl::NotFoundError("there is no job x");
  EXPECT_EQ(Diagnosed(status, "127.0.0.1:1", {}), status);
}

// A proxy of the environment would be asked for the address instead.
TEST_F(DiagnosisTest, LoopbackIsReachedPastAProxy) {
  for (const char* name : {"grpc_proxy", "https_proxy", "http_proxy"}) {
    setenv(name, "http://127.0.0.1:9", 1);
    ExpectTold(Serve({}), {}, "does not know this request");
    unsetenv(name);
  }
}

}  // namespace
}  // namespace paceline
