#include "common/rpc/channel.h"

#include "grpcpp/create_channel.h"
#include "grpcpp/support/channel_arguments.h"

namespace paceline {
namespace {

// Time without a byte until the other side is asked.
constexpr int kRequestsKeepaliveMs = 2000, kWorkKeepaliveMs = 30'000;
// Of a client gRPC makes it the socket's TCP_USER_TIMEOUT, too.
constexpr int kKeepaliveTimeoutMs = 10'000;
// How long an attempt to connect may take, and the least time between two.
constexpr int kConnectMs = 2000;
constexpr int kFirstRetryMs = 100;
constexpr int kMaxRetryMs = 2000;

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(std::string_view coordinator,
                                                           const TlsFlags& tls, ChannelUse use,
                                                           Connections connections) {
  absl::StatusOr<Address> address = ParseAddress(coordinator);
  if (!address.ok()) return address.status();
  auto credentials = ClientCredentials(*address, tls);
  if (!credentials.ok()) return credentials.status();
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS,
                   use == ChannelUse::kWork ? kWorkKeepaliveMs : kRequestsKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  // Pings go on however long the other side has sent no data: a window may take minutes.
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstRetryMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxRetryMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMs);
  if (connections == Connections::kOwn) arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // A proxy of the environment is for other machines; from there, loopback would be its own.
  if (address->IsLoopback()) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address->ToString(), *credentials, arguments);
}

void ApplyServerLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetMaxSendMessageSize(kMaxMessageBytes);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kWorkKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kRequestsKeepaliveMs / 2);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

}  // namespace paceline
