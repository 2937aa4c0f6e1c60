#include "coordinator/service/access_service.h"

#include "coordinator/access/audit_log.h"
#include "coordinator/service/answer.h"

namespace paceline {

grpc::Status AccessServiceImpl::WhoAmI(grpc::ServerContext* context, const v1::WhoAmIRequest*,
                                       v1::Identity* reply) {
  return gate_.Run(*context, {.method = "AccessService/WhoAmI"}, [&](const Caller& caller) {
    *reply = ToProto(caller);
    return absl::OkStatus();
  });
}

grpc::Status AccessServiceImpl::IssueToken(grpc::ServerContext* context,
                                           const v1::IssueTokenRequest* request,
                                           v1::IssueTokenReply* reply) {
  return gate_.Run(
      *context, {.method = "AccessService/IssueToken", .subject = request->name()},
      [&](const Caller& caller) { return Fill(reply, book_.Issue(*request, caller.name)); });
}

grpc::Status AccessServiceImpl::ListTokens(grpc::ServerContext* context,
                                           const v1::ListTokensRequest*,
                                           v1::ListTokensReply* reply) {
  return gate_.Run(*context, {.method = "AccessService/ListTokens"}, [&](const Caller&) {
    for (const v1::TokenInfo& info : book_.Tokens()) *reply->add_tokens() = info;
    return absl::OkStatus();
  });
}

grpc::Status AccessServiceImpl::RevokeToken(grpc::ServerContext* context,
                                            const v1::RevokeTokenRequest* request,
                                            v1::TokenInfo* reply) {
  return gate_.Run(*context, {.method = "AccessService/RevokeToken", .subject = request->id()},
                   [&](const Caller&) { return Fill(reply, book_.Revoke(request->id())); });
}

grpc::Status AccessServiceImpl::RevokeCertificate(grpc::ServerContext* context,
                                                  const v1::RevokeCertificateRequest* request,
                                                  v1::RevokedCertificate* reply) {
  return gate_.Run(
      *context, {.method = "AccessService/RevokeCertificate", .subject = request->serial()},
      [&](const Caller& caller) {
        return Fill(reply,
                    book_.RevokeCertificate(request->serial(), request->reason(), caller.name));
      });
}

grpc::Status AccessServiceImpl::ListRevokedCertificates(grpc::ServerContext* context,
                                                        const v1::ListRevokedCertificatesRequest*,
                                                        v1::ListRevokedCertificatesReply* reply) {
  return gate_.Run(*context, {.method = "AccessService/ListRevokedCertificates"},
                   [&](const Caller&) {
                     for (const auto& revoked : book_.RevokedCertificates()) {
                       *reply->add_certificates() = revoked;
                     }
                     return absl::OkStatus();
                   });
}

grpc::Status AccessServiceImpl::ReadAudit(grpc::ServerContext* context,
                                          const v1::ReadAuditRequest* request,
                                          grpc::ServerWriter<v1::AuditEntry>* writer) {
  return gate_.RunStream(
      *context, {.method = "AccessService/ReadAudit"}, [&](const CallGate::Over& over) {
        return ::paceline::ReadAudit(
            audit_folder_, request->after(),
            [&](const v1::AuditEntry& entry) { return !over() && writer->Write(entry); });
      });
}

}  // namespace paceline
