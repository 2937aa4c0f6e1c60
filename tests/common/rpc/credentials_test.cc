#include "common/rpc/credentials.h"

#include <stdlib.h>

#include <filesystem>

#include "common/base/private_file.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "gmock/gmock.h"
#include "grpcpp/server.h"
#include "gtest/gtest.h"
#include "paceline/v1/job.grpc.pb.h"
#include "tests/testing/certificates.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

// Certificates of two authorities in files, and a server that answers every call with
// "unimplemented".
class CredentialsTest : public ::testing::Test {
 protected:
  CredentialsTest() {
    std::string pattern = ::testing::TempDir() + "credentialsXXXXXX";
    folder_ = mkdtemp(pattern.data());
    const Certificate authority = MakeAuthority("ours");
    Write("ca.pem", authority.cert);
    Write("other-ca.pem", MakeAuthority("theirs").cert);
    const Certificate server = MakeCertificate("server", authority);
    Write("server.pem", server.cert);
    Write("server.key", server.key);
    const Certificate client = MakeCertificate("client", authority);
    Write("client.pem", client.cert);
    Write("client.key", client.key);
    Write("text", "not a certificate");
  }
  ~CredentialsTest() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) {
    EXPECT_TRUE(WritePrivateFile(Path(name), text).ok());
  }
  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  void Serve(const TlsFlags& tls) {
    grpc::ServerBuilder builder;
    ApplyServerLimits(builder);
    const auto credentials = ServerCredentials({"127.0.0.1", 0}, tls);
    ASSERT_TRUE(credentials.ok()) << credentials.status();
    builder.AddListeningPort("127.0.0.1:0", *credentials, &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }
  std::string ServerAddress() const { return "127.0.0.1:" + std::to_string(port_); }

  // Unimplemented if the server was reached.
  absl::Status Call(const TlsFlags& tls) {
    const auto channel = OpenChannel(ServerAddress(), tls);
    if (!channel.ok()) return channel.status();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    v1::ListReply reply;
    return FromCall(v1::JobService::NewStub(*channel)->List(&context, {}, &reply), ServerAddress());
  }

  std::string folder_;
  v1::JobService::Service service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(CredentialsTest, PlaintextReachesALoopbackServer) {
  Serve({});
  EXPECT_TRUE(absl::IsUnimplemented(Call({})));
}

TEST_F(CredentialsTest, TlsReachesAServerOfTheRightAuthorityOnly) {
  Serve({.cert = Path("server.pem"), .key = Path("server.key")});
  EXPECT_TRUE(absl::IsUnimplemented(Call({.ca = Path("ca.pem")})));
  EXPECT_TRUE(absl::IsUnavailable(Call({.ca = Path("other-ca.pem")})));
  EXPECT_TRUE(absl::IsUnavailable(Call({})));
}

TEST_F(CredentialsTest, AServerWithAnAuthorityDemandsClientCertificates) {
  Serve({.ca = Path("ca.pem"), .cert = Path("server.pem"), .key = Path("server.key")});
  EXPECT_TRUE(absl::IsUnavailable(Call({.ca = Path("ca.pem")})));
  EXPECT_TRUE(absl::IsUnimplemented(
      Call({.ca = Path("ca.pem"), .cert = Path("client.pem"), .key = Path("client.key")})));
}

TEST_F(CredentialsTest, AnAbsentCoordinatorIsNamedInTheError) {
  port_ = 1;
  const absl::Status status = Call({});
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("127.0.0.1:1 cannot be reached"));
}

TEST_F(CredentialsTest, AListenerBeyondLoopbackNeedsTlsOrInsecure) {
  const absl::Status refused = ServerCredentials({"0.0.0.0", 7700}, {}).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("--tls-cert"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("--insecure"));
  EXPECT_TRUE(ServerCredentials({"0.0.0.0", 7700}, {.insecure = true}).ok());
}

TEST_F(CredentialsTest, AClientTalksPlaintextBeyondLoopbackOnlyIfInsecure) {
  const absl::Status refused = ClientCredentials({"10.0.0.1", 7700}, {}).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("--tls-ca"));
  EXPECT_TRUE(ClientCredentials({"10.0.0.1", 7700}, {.insecure = true}).ok());
}

TEST_F(CredentialsTest, OptionsThatDoNotFitTogetherAreRefused) {
  const Address here{"127.0.0.1", 0};
  EXPECT_FALSE(ServerCredentials(here, {.cert = Path("server.pem")}).ok());
  EXPECT_FALSE(ServerCredentials(here, {.ca = Path("ca.pem")}).ok());
  EXPECT_FALSE(ServerCredentials(here, {.ca = Path("ca.pem"), .insecure = true}).ok());
  EXPECT_FALSE(
      ClientCredentials(here, {.cert = Path("client.pem"), .key = Path("client.key")}).ok());
}

TEST_F(CredentialsTest, AFileThatCannotBeUsedIsNamed) {
  const auto error = [&](const std::string& ca, const std::string& cert, const std::string& key) {
    return std::string(
        ServerCredentials({"127.0.0.1", 0}, {Path(ca), Path(cert), Path(key)}).status().message());
  };
  EXPECT_THAT(error("missing.pem", "server.pem", "server.key"), HasSubstr("missing.pem"));
  EXPECT_THAT(error("text", "server.pem", "server.key"), HasSubstr("text: holds no certificate"));
  EXPECT_THAT(error("ca.pem", "server.key", "server.key"), HasSubstr("holds no certificate"));
  EXPECT_THAT(error("ca.pem", "server.pem", "text"), HasSubstr("text: holds no private key"));
  EXPECT_THAT(error("ca.pem", "server.pem", "client.key"),
              HasSubstr("client.key: is not the key of the certificate in"));
}

}  // namespace
}  // namespace paceline
