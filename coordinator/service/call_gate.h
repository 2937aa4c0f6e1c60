// The gate for gRPC's calls: who calls, by certificate or token, and whether it may.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/server_security.h"
#include "coordinator/access/gate.h"
#include "grpcpp/server_context.h"

namespace paceline {

// Thread-safe.
class CallGate {
 public:
  // In the clear everybody is LocalCaller. `gate` may be null there: nothing is audited. It
  // outlives the object.
  CallGate(Gate* gate, bool tls) : gate_(gate), tls_(tls) {}

  // Before a call comes to its handler: whether its caller may ask for that method at all.
  absl::Status Look(const CallFacts& facts) const;
  absl::StatusOr<Caller> CallerOf(const grpc::ServerContextBase& context) const;
  absl::Status StillGood(const Caller& caller) const;

  // A handler's work, as Gate::Run.
  using Action = std::function<absl::Status(const Caller& caller)>;
  grpc::Status Run(const grpc::ServerContext& context, Gate::Request request,
                   const Action& action) const;
  // The same of a call that sends for a while: `over` says when it is to stop, because the other
  // side has gone or its identity is no longer good. The latter is what the call ends with then.
  using Over = std::function<bool()>;
  using StreamAction = std::function<absl::Status(const Over& over)>;
  grpc::Status RunStream(const grpc::ServerContext& context, Gate::Request request,
                         const StreamAction& action) const;

 private:
  absl::StatusOr<Caller> CallerOf(std::string_view certificate, std::string_view token) const;

  Gate* const gate_;
  const bool tls_;
};

}  // namespace paceline
