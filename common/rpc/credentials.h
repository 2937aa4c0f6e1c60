// Who may talk to whom, and whether in the clear.
//
// Plaintext stays on this machine: a listener or a connection beyond loopback needs TLS, or
// --insecure.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/address.h"
#include "common/rpc/server_security.h"
#include "common/rpc/tls_flags.h"
#include "common/rpc/watched_pem.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"

namespace paceline {

// Where a server asks who calls, and tells what becomes of its files. With TLS alone.
struct ServerHooks {
  CallCheck check = {};
  WatchedPem::Tell tell = {};
};

// With TLS, files that are replaced are in use for connections from a second later on; those that
// do not fit together are not. FailedPrecondition if `listen` is beyond loopback and has neither
// TLS nor --insecure; InvalidArgument for options that contradict each other; NotFound or
// InvalidArgument for a file that cannot be used.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentials(const Address& listen,
                                                                           const TlsFlags& tls,
                                                                           ServerHooks hooks = {});

// The same for a client of `server`. The server's certificate must name the host of `server`. With
// TLS, a token goes with every call (token_file.h).
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ClientCredentials(const Address& server,
                                                                            const TlsFlags& tls);

}  // namespace paceline
