#include "coordinator/service/worker_service.h"

#include <utility>

#include "common/rpc/status.h"
#include "coordinator/service/wire.h"

namespace paceline {
namespace {

class NoRequest final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  NoRequest() { Finish({grpc::StatusCode::INVALID_ARGUMENT, "this is no FetchThetaRequest"}); }
  void OnDone() override { delete this; }
};

// Of one that was good a moment ago.
class NoIdentity final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit NoIdentity(const absl::Status& why) { Finish(ToGrpc(why)); }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* WorkerServiceImpl::Work(
    grpc::CallbackServerContext* context) {
  auto caller = deps_.gate.CallerOf(*context);
  if (!caller.ok()) return new NoIdentity(caller.status());
  return WorkerCall::Begin({.loop = deps_.loop,
                            .sender = deps_.sender,
                            .coordinator = deps_.coordinator,
                            .newcomers = deps_.newcomers,
                            .live = deps_.live},
                           context, *std::move(caller));
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* WorkerServiceImpl::FetchTheta(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  v1::FetchThetaRequest parsed;
  if (!FromWire(*request, parsed)) return new NoRequest;
  return ThetaCall::Begin({.loop = deps_.loop,
                           .reader = deps_.reader,
                           .coordinator = deps_.coordinator,
                           .receivers = deps_.receivers,
                           .budget = deps_.budget,
                           .meters = deps_.meters},
                          context, std::move(parsed));
}

}  // namespace paceline
