#include "tests/coordinator/service/access_fixture.h"

#include <sys/stat.h>

#include <fstream>

#include "common/base/file.h"
#include "grpcpp/generic/generic_stub.h"

namespace paceline {

void AccessServerTest::SetUp() {
  WriteServerFiles(authority_.cert, MakeIdentity("spiffe://paceline/coordinator/c", authority_));
  server_tls_ = {.ca = Path("ca.pem"),
                 .cert = Path("server.pem"),
                 .key = Path("server.key"),
                 .allow_tokens = true};
  auto book = AccessBook::Open(AccessFile(folder_.path()), Clock::Real());
  auto audit = AuditLog::Open({.folder = folder_.path()}, Clock::Real());
  ASSERT_TRUE(book.ok() && audit.ok());
  book_ = *std::move(book);
  audit_ = *std::move(audit);
  gate_ = std::make_unique<Gate>(*book_, *audit_, Clock::Real(),
                                 CallerLimits{.calls = {.most = 10'000, .per_second = 10'000}});
  auto server = Server::Start({.listen = {.host = "127.0.0.1", .port = 0},
                               .tls = server_tls_,
                               .data_folder = folder_.path(),
                               .gate = gate_.get(),
                               .max_jobs_per_user = 2,
                               .reflection = true,
                               .on_fatal = {}},
                              store_, Clock::Real());
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
}

void AccessServerTest::Write(const std::string& name, const std::string& text) {
  // Never a file that is half there.
  ASSERT_TRUE(WriteFileAtomically(Path(name), text).ok());
  ASSERT_EQ(chmod(Path(name).c_str(), 0600), 0);
}

void AccessServerTest::WriteServerFiles(const std::string& authorities, const Certificate& server) {
  Write("ca.pem", authorities);
  Write("server.pem", server.cert);
  Write("server.key", server.key);
}

TlsFlags AccessServerTest::With(const std::string& role, const std::string& name,
                                IdentityTimes times) {
  const Certificate own = MakeIdentity("spiffe://paceline/" + role + "/" + name, authority_, times);
  const std::string stem = role + "-" + name;
  Write(stem + ".pem", own.cert);
  Write(stem + ".key", own.key);
  return {.ca = Path("ca.pem"), .cert = Path(stem + ".pem"), .key = Path(stem + ".key")};
}

TlsFlags AccessServerTest::WithToken(const std::string& token) {
  static int number = 0;
  const std::string name = "token-" + std::to_string(++number);
  Write(name, token + "\n");
  return {.ca = Path("ca.pem"), .token_file = Path(name)};
}

std::string AccessServerTest::Token(v1::Role role, const std::string& name) {
  v1::IssueTokenRequest request;
  request.set_name(name);
  request.set_role(role);
  request.set_lifetime_seconds(3600);
  const auto issued = book_->Issue(request, "test");
  EXPECT_TRUE(issued.ok()) << issued.status();
  return issued.ok() ? issued->token() : "";
}

std::shared_ptr<grpc::Channel> AccessServerTest::Connect(const TlsFlags& tls) {
  const auto channel =
      OpenChannel(server_->address().ToString(), tls, ChannelUse::kRequests, Connections::kOwn);
  EXPECT_TRUE(channel.ok()) << channel.status();
  return channel.ok() ? *channel : nullptr;
}

std::string AccessServerTest::SerialOf(const TlsFlags& tls) {
  return ReadCertificateFacts(*ReadFile(tls.cert))->serial;
}

grpc::Status AccessServerTest::Ask(const std::shared_ptr<grpc::Channel>& channel,
                                   const std::string& path, std::string* reply,
                                   const std::string& request) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
  grpc::CompletionQueue queue;
  const grpc::Slice slice(request);
  const auto call = stub.PrepareUnaryCall(&context, path, grpc::ByteBuffer(&slice, 1), &queue);
  call->StartCall();
  grpc::ByteBuffer bytes;
  grpc::Status status;
  call->Finish(&bytes, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  grpc::Slice whole;
  if (reply != nullptr && bytes.Valid() && bytes.DumpToSingleSlice(&whole).ok()) {
    reply->assign(reinterpret_cast<const char*>(whole.begin()), whole.size());
  }
  return status;
}

}  // namespace paceline
