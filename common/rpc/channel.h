// Channels and servers with this project's limits: a silent peer is noticed by keepalive in about
// three seconds, and a lost one is tried again soon.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/rpc/credentials.h"
#include "grpcpp/channel.h"
#include "grpcpp/server_builder.h"

namespace paceline {

inline constexpr int kMaxMessageBytes = 64 << 20;

// Whether channels of one process to one place may share a connection.
enum class Connections { kShared, kOwn };

// Does not connect yet. Errors as ParseAddress and ClientCredentials.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(
    std::string_view coordinator, const TlsFlags& tls,
    Connections connections = Connections::kShared);

// Message size, keepalive, tolerance of the clients' keepalive, and a port of its own: without
// this, two coordinators could share one port without noticing.
void ApplyServerLimits(grpc::ServerBuilder& builder);

}  // namespace paceline
