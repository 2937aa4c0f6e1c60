// AccessClient in a data folder: the files' permissions say who may, and the audit log tells it.
#include <filesystem>
#include <utility>

#include "coordinator/access/gate.h"
#include "coordinator/cli/client/access_client.h"
#include "fmt/format.h"

namespace paceline {
namespace {

class FolderAccess final : public AccessClient {
 public:
  FolderAccess(std::string folder, std::unique_ptr<AccessBook> book,
               std::unique_ptr<AuditLog> audit)
      : folder_(std::move(folder)),
        book_(std::move(book)),
        audit_(std::move(audit)),
        gate_(*book_, *audit_, Clock::Real()) {}

  absl::StatusOr<v1::Identity> WhoAmI() override { return ToProto(LocalCaller()); }
  absl::StatusOr<v1::IssueTokenReply> IssueToken(const v1::IssueTokenRequest& request) override {
    return Run<v1::IssueTokenReply>(
        {.method = "AccessService/IssueToken", .subject = request.name()},
        [&] { return book_->Issue(request, LocalCaller().name); });
  }
  absl::StatusOr<v1::ListTokensReply> ListTokens() override {
    v1::ListTokensReply reply;
    for (const v1::TokenInfo& info : book_->Tokens()) *reply.add_tokens() = info;
    return reply;
  }
  absl::StatusOr<v1::TokenInfo> RevokeToken(const std::string& id) override {
    return Run<v1::TokenInfo>({.method = "AccessService/RevokeToken", .subject = id},
                              [&] { return book_->Revoke(id); });
  }
  absl::StatusOr<v1::RevokedCertificate> RevokeCertificate(const std::string& serial,
                                                           const std::string& reason) override {
    return Run<v1::RevokedCertificate>(
        {.method = "AccessService/RevokeCertificate", .subject = serial},
        [&] { return book_->RevokeCertificate(serial, reason, LocalCaller().name); });
  }
  absl::StatusOr<v1::ListRevokedCertificatesReply> ListRevokedCertificates() override {
    v1::ListRevokedCertificatesReply reply;
    for (const auto& revoked : book_->RevokedCertificates()) *reply.add_certificates() = revoked;
    return reply;
  }
  absl::Status ReadAudit(int64_t after,
                         const std::function<void(const v1::AuditEntry&)>& take) override {
    return ::paceline::ReadAudit(folder_, after, [&](const v1::AuditEntry& entry) {
      take(entry);
      return true;
    });
  }

 private:
  template <typename Reply>
  absl::StatusOr<Reply> Run(Gate::Request request,
                            const std::function<absl::StatusOr<Reply>()>& action) {
    request.peer = "the data folder";
    absl::StatusOr<Reply> reply = absl::UnknownError("not done");
    absl::Status status = gate_.Run(LocalCaller(), request, [&] {
      reply = action();
      return reply.status();
    });
    if (!status.ok()) return status;
    return reply;
  }

  const std::string folder_;
  const std::unique_ptr<AccessBook> book_;
  const std::unique_ptr<AuditLog> audit_;
  Gate gate_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AccessClient>> AccessClient::InFolder(
    const std::string& data_folder) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(data_folder, ignored)) {
    return absl::NotFoundError(fmt::format(
        "{}: there is no such folder; --data is the one that paceline-coordinator was given",
        data_folder));
  }
  auto book = AccessBook::Open(AccessFile(data_folder), Clock::Real());
  if (!book.ok()) return book.status();
  auto audit = AuditLog::Open({.folder = data_folder}, Clock::Real());
  if (!audit.ok()) return audit.status();
  return std::make_unique<FolderAccess>(data_folder, *std::move(book), *std::move(audit));
}

}  // namespace paceline
