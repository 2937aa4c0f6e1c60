// Spans of the calls that a server answers, as children of their clients'.
#pragma once

#include <memory>

#include "common/trace/tracer.h"
#include "grpcpp/support/server_interceptor.h"

namespace paceline {

// For ServerBuilder's SetInterceptorCreators. A call of a synchronous service works for its span
// (CurrentTrace) while its handler runs; of a worker's stream, which lasts as long as the worker,
// and of health and reflection there are none. `tracer` outlives the server.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> SpansOfCalls(Tracer& tracer);

}  // namespace paceline
