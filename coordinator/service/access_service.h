// gRPC's view of who may ask for what.
#pragma once

#include <string>

#include "coordinator/service/call_gate.h"
#include "paceline/v1/access.grpc.pb.h"

namespace paceline {

// What it is given outlives it.
class AccessServiceImpl final : public v1::AccessService::Service {
 public:
  // `audit_folder`: where the audit log is.
  AccessServiceImpl(const CallGate& gate, AccessBook& book, std::string audit_folder)
      : gate_(gate), book_(book), audit_folder_(std::move(audit_folder)) {}

  grpc::Status WhoAmI(grpc::ServerContext*, const v1::WhoAmIRequest*, v1::Identity*) override;
  grpc::Status IssueToken(grpc::ServerContext*, const v1::IssueTokenRequest*,
                          v1::IssueTokenReply*) override;
  grpc::Status ListTokens(grpc::ServerContext*, const v1::ListTokensRequest*,
                          v1::ListTokensReply*) override;
  grpc::Status RevokeToken(grpc::ServerContext*, const v1::RevokeTokenRequest*,
                           v1::TokenInfo*) override;
  grpc::Status RevokeCertificate(grpc::ServerContext*, const v1::RevokeCertificateRequest*,
                                 v1::RevokedCertificate*) override;
  grpc::Status ListRevokedCertificates(grpc::ServerContext*,
                                       const v1::ListRevokedCertificatesRequest*,
                                       v1::ListRevokedCertificatesReply*) override;
  grpc::Status ReadAudit(grpc::ServerContext*, const v1::ReadAuditRequest*,
                         grpc::ServerWriter<v1::AuditEntry>*) override;

 private:
  const CallGate& gate_;
  AccessBook& book_;
  const std::string audit_folder_;
};

}  // namespace paceline
