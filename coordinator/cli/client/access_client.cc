#include "coordinator/cli/client/access_client.h"

#include <utility>

#include "common/rpc/channel.h"
#include "coordinator/cli/client/call.h"
#include "paceline/v1/access.grpc.pb.h"

namespace paceline {
namespace {

using Stub = v1::AccessService::Stub;

constexpr std::chrono::seconds kAuditDeadline(300);

class RpcAccess final : public AccessClient {
 public:
  RpcAccess(Connection connection, std::shared_ptr<grpc::Channel> channel)
      : connection_(std::move(connection)), stub_(v1::AccessService::NewStub(std::move(channel))) {}

  absl::StatusOr<v1::Identity> WhoAmI() override {
    return Ask(*stub_, &Stub::WhoAmI, v1::WhoAmIRequest(), connection_);
  }
  absl::StatusOr<v1::IssueTokenReply> IssueToken(const v1::IssueTokenRequest& request) override {
    return Ask(*stub_, &Stub::IssueToken, request, connection_);
  }
  absl::StatusOr<v1::ListTokensReply> ListTokens() override {
    return Ask(*stub_, &Stub::ListTokens, v1::ListTokensRequest(), connection_);
  }
  absl::StatusOr<v1::TokenInfo> RevokeToken(const std::string& id) override {
    v1::RevokeTokenRequest request;
    request.set_id(id);
    return Ask(*stub_, &Stub::RevokeToken, request, connection_);
  }
  absl::StatusOr<v1::RevokedCertificate> RevokeCertificate(const std::string& serial,
                                                           const std::string& reason) override {
    v1::RevokeCertificateRequest request;
    request.set_serial(serial);
    request.set_reason(reason);
    return Ask(*stub_, &Stub::RevokeCertificate, request, connection_);
  }
  absl::StatusOr<v1::ListRevokedCertificatesReply> ListRevokedCertificates() override {
    return Ask(*stub_, &Stub::ListRevokedCertificates, v1::ListRevokedCertificatesRequest(),
               connection_);
  }
  absl::Status ReadAudit(int64_t after,
                         const std::function<void(const v1::AuditEntry&)>& take) override {
    v1::ReadAuditRequest request;
    request.set_after(after);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kAuditDeadline);
    const auto reader = stub_->ReadAudit(&context, request);
    for (v1::AuditEntry entry; reader->Read(&entry);) take(entry);
    return Diagnosed(FromCall(reader->Finish(), connection_.coordinator), connection_.coordinator,
                     connection_.tls);
  }

 private:
  const Connection connection_;
  const std::unique_ptr<Stub> stub_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AccessClient>> AccessClient::Open(const Connection& connection) {
  auto channel = OpenChannel(connection.coordinator, connection.tls);
  if (!channel.ok()) return channel.status();
  return std::make_unique<RpcAccess>(connection, *std::move(channel));
}

}  // namespace paceline
