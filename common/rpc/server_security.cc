#include "common/rpc/server_security.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <utility>

#include "common/rpc/status.h"

namespace paceline {
namespace {

constexpr std::string_view kBearer = "Bearer ";

// Lives as long as gRPC's credentials, which outlive ours while connections last.
struct State {
  std::shared_ptr<WatchedPem> pem;
  CallCheck check;
};

std::string_view ViewOf(const grpc_slice& slice) {
  return {reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)), GRPC_SLICE_LENGTH(slice)};
}

std::string_view CertificateOf(const grpc_auth_context* context) {
  auto found = grpc_auth_context_find_properties_by_name(context, GRPC_X509_PEM_CERT_PROPERTY_NAME);
  const grpc_auth_property* property = grpc_auth_property_iterator_next(&found);
  if (property == nullptr) return {};
  return {property->value, property->value_length};
}

void Process(void* state, grpc_auth_context* context, const grpc_metadata* metadata, size_t count,
             grpc_process_auth_metadata_done_cb done, void* call) {
  CallFacts facts{.path = {}, .certificate = CertificateOf(context), .token = {}};
  for (size_t i = 0; i < count; ++i) {
    const std::string_view key = ViewOf(metadata[i].key);
    if (key == ":path") facts.path = ViewOf(metadata[i].value);
    if (key == "authorization") facts.token = BearerToken(ViewOf(metadata[i].value));
  }
  const auto& check = static_cast<State*>(state)->check;
  const grpc::Status status = check ? ToGrpc(check(facts)) : grpc::Status::OK;
  done(call, nullptr, 0, nullptr, 0, static_cast<grpc_status_code>(status.error_code()),
       status.error_message().c_str());
}

grpc_ssl_certificate_config_reload_status Fetch(void* state,
                                                grpc_ssl_server_certificate_config** config) {
  const auto files = static_cast<State*>(state)->pem->TakeNew();
  if (!files) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  const grpc_ssl_pem_key_cert_pair pair{.private_key = files->key.c_str(),
                                        .cert_chain = files->cert.c_str()};
  // gRPC insists on an authority even where no client is asked for a certificate.
  const std::string& ca = files->ca.empty() ? files->cert : files->ca;
  *config = grpc_ssl_server_certificate_config_create(ca.c_str(), &pair, 1);
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

void Destroy(void* state) { delete static_cast<State*>(state); }

grpc_ssl_client_certificate_request_type RequestType(ClientCertificates certificates) {
  switch (certificates) {
    case ClientCertificates::kDemanded:
      return GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
    case ClientCertificates::kWelcome:
      return GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY;
    case ClientCertificates::kNone:
      break;
  }
  return GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
}

class Security final : public grpc::ServerCredentials {
 public:
  Security(State made, ClientCertificates certificates) {
    State* const state = new State(std::move(made));
    credentials_ = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(RequestType(certificates),
                                                                        &Fetch, state));
    grpc_server_credentials_set_auth_metadata_processor(
        credentials_, {.process = &Process, .destroy = &Destroy, .state = state});
  }
  ~Security() override { grpc_server_credentials_release(credentials_); }
  Security(const Security&) = delete;
  Security& operator=(const Security&) = delete;

  // It has one of its own.
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  grpc_server_credentials* credentials_ = nullptr;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> MakeServerSecurity(std::shared_ptr<WatchedPem> pem,
                                                            ClientCertificates certificates,
                                                            CallCheck check) {
  return std::make_shared<Security>(State{.pem = std::move(pem), .check = std::move(check)},
                                    certificates);
}

std::string_view BearerToken(std::string_view authorization) {
  if (!authorization.starts_with(kBearer)) return {};
  return authorization.substr(kBearer.size());
}

}  // namespace paceline
