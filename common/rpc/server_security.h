// gRPC's side of a listener with TLS: each new connection gets the newest certificates, each call
// is looked at before it comes to its handler.
//
// gRPC's own certificate providers would load a key beside another certificate, and take files that
// others can read; its C interface of 1.51 asks for certificates at each handshake instead.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/rpc/watched_pem.h"
#include "grpcpp/security/server_credentials.h"

namespace paceline {

// What a call has shown of its caller; empty where it has shown nothing.
struct CallFacts {
  std::string_view path;         // "/paceline.v1.JobService/Cancel"
  std::string_view certificate;  // PEM, verified
  std::string_view token;
};

// Called on gRPC's threads. Not OK: the call ends with that.
using CallCheck = std::function<absl::Status(const CallFacts&)>;

enum class ClientCertificates { kNone, kWelcome, kDemanded };

std::shared_ptr<grpc::ServerCredentials> MakeServerSecurity(std::shared_ptr<WatchedPem> pem,
                                                            ClientCertificates certificates,
                                                            CallCheck check);

// The token of a header "authorization: Bearer TOKEN"; empty if it is none.
std::string_view BearerToken(std::string_view authorization);

}  // namespace paceline
