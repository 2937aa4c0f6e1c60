#include "coordinator/service/worker_service.h"

#include <memory>
#include <utility>
#include <vector>

#include "common/rpc/status.h"

namespace paceline {
namespace {

// The worker is not to try again; a coordinator that merely stops says nothing of the kind.
grpc::Status Refuse(WorkerStream* stream, const absl::Status& status) {
  if (!absl::IsUnavailable(status)) {
    v1::CoordinatorMessage message;
    message.mutable_dismiss()->set_reason(std::string(status.message()));
    stream->Write(message);
  }
  return ToGrpc(status);
}

}  // namespace

grpc::Status WorkerServiceImpl::Work(grpc::ServerContext* context, WorkerStream* stream) {
  v1::WorkerMessage message;
  if (!stream->Read(&message)) return grpc::Status::OK;
  if (!message.has_hello()) {
    return Refuse(stream, absl::InvalidArgumentError("a worker's first message is Hello"));
  }
  auto link = std::make_shared<StreamLink>(context, stream);
  auto id = loop_.Call([&] { return coordinator_.Join(message.hello(), context->peer(), link); });
  if (!id.ok()) {
    link->Finish();
    return Refuse(stream, id.status());
  }
  while (stream->Read(&message)) {
    loop_.Post([this, id = *id, said = std::move(message)] { coordinator_.Receive(id, said); });
    message.Clear();
  }
  loop_.Post([this, id = *id] { coordinator_.Lost(id, "its connection ended"); });
  link->Finish();
  return grpc::Status::OK;
}

grpc::Status WorkerServiceImpl::FetchTheta(grpc::ServerContext*,
                                           const v1::FetchThetaRequest* request,
                                           grpc::ServerWriter<v1::Theta>* writer) {
  auto versions = loop_.Call([&] { return coordinator_.FetchTheta(*request); });
  if (!versions.ok()) return ToGrpc(versions.status());
  for (int64_t i = 0; i < versions->size(); ++i) {
    const auto theta = versions->At(i);
    if (!theta.ok()) return LostTheta(*request, theta.status());
    if (!writer->Write(*theta)) break;
  }
  return grpc::Status::OK;
}

grpc::Status WorkerServiceImpl::LostTheta(const v1::FetchThetaRequest& request,
                                          const absl::Status& why) {
  loop_.Post([this, job = request.job(), text = std::string(why.message())] {
    coordinator_.RestoreHistory(job, text);
  });
  return ToGrpc(absl::UnavailableError(
      "the coordinator's versions of θ are damaged and are made again; ask again soon"));
}

}  // namespace paceline
