// One call of a coordinator's service, with a deadline and an error that a person can act on.
#pragma once

#include <chrono>
#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/diagnosis.h"
#include "common/rpc/status.h"
#include "common/rpc/trace_metadata.h"
#include "coordinator/cli/client/client.h"
#include "grpcpp/client_context.h"

namespace paceline {

struct CallOptions {
  std::chrono::seconds deadline{15};
  bool wait_for_connection = false;
};

template <typename Stub, typename Request, typename Reply>
using CallMethod = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&, Reply*);

template <typename Stub, typename Request, typename Reply>
absl::StatusOr<Reply> Call(Stub& stub, CallMethod<Stub, Request, Reply> method,
                           const Request& request, const std::string& coordinator,
                           CallOptions options = {}) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + options.deadline);
  context.set_wait_for_ready(options.wait_for_connection);
  SendTrace(context);
  Reply reply;
  const grpc::Status status = (stub.*method)(&context, request, &reply);
  if (!status.ok()) return FromCall(status, coordinator);
  return reply;
}

// The same, with an error that says what stands there instead of a coordinator.
template <typename Stub, typename Request, typename Reply>
absl::StatusOr<Reply> Ask(Stub& stub, CallMethod<Stub, Request, Reply> method,
                          const Request& request, const Connection& connection,
                          CallOptions options = {}) {
  auto reply = Call(stub, method, request, connection.coordinator, options);
  if (reply.ok()) return reply;
  return Diagnosed(reply.status(), connection.coordinator, connection.tls);
}

// A call that may be made twice (its request has an id), and is, after a lost connection.
template <typename Stub, typename Request, typename Reply>
absl::StatusOr<Reply> AskTwice(Stub& stub, CallMethod<Stub, Request, Reply> method,
                               const Request& request, const Connection& connection,
                               CallOptions options = {}) {
  auto reply = Call(stub, method, request, connection.coordinator, options);
  if (absl::IsUnavailable(reply.status())) {
    auto second = Call(stub, method, request, connection.coordinator,
                       {.deadline = std::chrono::seconds(5), .wait_for_connection = true});
    if (!absl::IsDeadlineExceeded(second.status())) reply = std::move(second);
  }
  if (reply.ok()) return reply;
  return Diagnosed(reply.status(), connection.coordinator, connection.tls);
}

}  // namespace paceline
