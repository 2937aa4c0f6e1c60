// Channels and servers with this project's limits: a peer that is gone is noticed, and a lost one
// is tried again soon.
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

enum class ChannelUse {
  // Who waits for news, and says nothing, asks after two seconds of silence whether the other side
  // is there; it has ten to answer.
  kRequests,
  // Both sides send heartbeats. A machine that acknowledges none of what it is sent for ten seconds
  // is gone; whether a program is there is asked after thirty seconds of silence. (Not sooner: on a
  // slow line the answer waits behind a large θ, which would then be sent again and again.)
  kWork,
};

// Does not connect yet. Errors as ParseAddress and ClientCredentials.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(std::string_view coordinator,
                                                           const TlsFlags& tls,
                                                           ChannelUse use = ChannelUse::kRequests,
                                                           Connections = Connections::kShared);

// Message size, keepalive, tolerance of the clients' keepalive, and a port of its own: without
// this, two coordinators could share one port without noticing.
void ApplyServerLimits(grpc::ServerBuilder& builder);

}  // namespace paceline
