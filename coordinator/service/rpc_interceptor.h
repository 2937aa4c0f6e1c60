// Counts every call of a gRPC server.
#pragma once

#include <memory>

#include "common/base/clock.h"
#include "coordinator/metrics/rpc_meters.h"
#include "grpcpp/support/server_interceptor.h"

namespace paceline {

// Both outlive the server that it is given to.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> CountCalls(
    RpcMeters& meters, const Clock& clock);

}  // namespace paceline
