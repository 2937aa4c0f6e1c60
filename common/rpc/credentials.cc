#include "common/rpc/credentials.h"

#include "absl/strings/str_cat.h"
#include "common/rpc/pem.h"
#include "common/rpc/tls_rules.h"
#include "common/rpc/token_file.h"

namespace paceline {
namespace {

absl::Status CheckFlags(const TlsFlags& tls) {
  if (tls.insecure && tls.any()) {
    return absl::InvalidArgumentError(
        "--insecure means no TLS: give either --insecure or the --tls-... files");
  }
  if (tls.cert.empty() != tls.key.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--tls-cert and --tls-key go together: ", tls.cert.empty() ? "--tls-cert" : "--tls-key",
        " is missing"));
  }
  return absl::OkStatus();
}

ClientCertificates CertificatesOf(const TlsFlags& tls) {
  if (tls.ca.empty()) return ClientCertificates::kNone;
  return tls.allow_tokens ? ClientCertificates::kWelcome : ClientCertificates::kDemanded;
}

absl::StatusOr<PemFiles> Load(const TlsFlags& tls) {
  return ReadPemFiles(tls.ca, tls.cert, tls.key);
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentials(const Address& listen,
                                                                           const TlsFlags& tls,
                                                                           ServerHooks hooks) {
  if (absl::Status status = CheckFlags(tls); !status.ok()) return status;
  if (tls.allow_tokens && tls.cert.empty()) {
    return absl::InvalidArgumentError(
        "tokens travel over TLS: --allow-tokens needs --tls-cert and --tls-key");
  }
  if (!tls.any()) {
    if (listen.IsLoopback() || tls.insecure) return grpc::InsecureServerCredentials();
    return absl::FailedPreconditionError(absl::StrCat(
        "refusing to listen on ", listen.ToString(), " without TLS, because other machines can ",
        "reach it: give --tls-cert and --tls-key (and --tls-ca to demand client certificates), ",
        "listen on 127.0.0.1, or give --insecure if everybody on that network may use it"));
  }
  if (tls.cert.empty()) {
    return absl::InvalidArgumentError("a TLS listener needs --tls-cert and --tls-key");
  }
  absl::StatusOr<PemFiles> pem = Load(tls);
  if (!pem.ok()) return pem.status();
  KeepTlsRules();
  auto watched = std::make_shared<WatchedPem>(tls, *std::move(pem), std::move(hooks.tell));
  return MakeServerSecurity(std::move(watched), CertificatesOf(tls), std::move(hooks.check));
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ClientCredentials(const Address& server,
                                                                            const TlsFlags& tls) {
  if (absl::Status status = CheckFlags(tls); !status.ok()) return status;
  const auto token = ReadToken(tls);
  if (!token.ok()) return token.status();
  if (!tls.any()) {
    if (!token->empty() && !server.IsLoopback()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "a token is not sent to ", server.ToString(), " in the clear: give --tls-ca"));
    }
    if (server.IsLoopback() || tls.insecure) return grpc::InsecureChannelCredentials();
    return absl::FailedPreconditionError(absl::StrCat(
        "refusing to talk to ", server.ToString(),
        " without TLS: give --tls-ca with the authority ",
        "that signed the coordinator's certificate, or --insecure if the network between may be ",
        "trusted"));
  }
  if (tls.ca.empty()) {
    return absl::InvalidArgumentError(
        "TLS to the coordinator needs --tls-ca, the authority that signed its certificate");
  }
  absl::StatusOr<PemFiles> pem = Load(tls);
  if (!pem.ok()) return pem.status();
  KeepTlsRules();
  auto ssl = grpc::SslCredentials({pem->ca, pem->key, pem->cert});
  if (token->empty()) return ssl;
  return grpc::CompositeChannelCredentials(ssl, grpc::AccessTokenCredentials(*token));
}

}  // namespace paceline
