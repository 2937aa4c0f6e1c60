#include "coordinator/service/worker_service.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
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

// So much of one worker may wait for the loop; a message counts for what it takes in memory.
constexpr size_t kMostAheadBytes = 256 << 10, kMessageOverhead = 512;

absl::Status CheckSize(const v1::WorkerMessage& message) {
  const size_t bytes = message.ByteSizeLong();
  if (bytes <= kMaxWorkerMessageBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a worker's message of ", bytes,
                                                 " bytes is refused; it may have ",
                                                 kMaxWorkerMessageBytes, " at most"));
}

}  // namespace

bool WorkerServiceImpl::ReadHello(grpc::ServerContext* context, WorkerStream* stream,
                                  v1::WorkerMessage& message) {
  const Newcomers::Wait wait(newcomers_, context);
  return stream->Read(&message);
}

grpc::Status WorkerServiceImpl::Work(grpc::ServerContext* context, WorkerStream* stream) {
  v1::WorkerMessage message;
  if (!ReadHello(context, stream, message)) return grpc::Status::OK;
  if (!message.has_hello()) {
    return Refuse(stream, absl::InvalidArgumentError("a worker's first message is Hello"));
  }
  if (absl::Status size = CheckSize(message); !size.ok()) return Refuse(stream, size);
  auto link = std::make_shared<StreamLink>(context, stream);
  auto id = loop_.Call([&] { return coordinator_.Join(message.hello(), context->peer(), link); });
  if (!id.ok()) {
    link->Finish();
    return Refuse(stream, id.status());
  }
  const absl::Status heard = Listen(*id, stream);
  const std::string why = heard.ok() ? "its connection ended" : std::string(heard.message());
  loop_.Post([this, id = *id, why] { coordinator_.Lost(id, why); });
  link->Finish();
  return heard.ok() ? grpc::Status::OK : Refuse(stream, heard);
}

// Who sends faster than the loop takes waits here, and its messages wait where they are.
absl::Status WorkerServiceImpl::Listen(WorkerId worker, WorkerStream* stream) {
  v1::WorkerMessage message;
  for (size_t ahead_bytes = 0; stream->Read(&message); message.Clear()) {
    if (absl::Status size = CheckSize(message); !size.ok()) return size;
    ahead_bytes += message.ByteSizeLong() + kMessageOverhead;
    auto take = [this, worker, said = std::move(message)]() mutable {
      coordinator_.Receive(worker, std::move(said));
      return absl::OkStatus();
    };
    if (ahead_bytes < kMostAheadBytes) {
      loop_.Post(std::move(take));
      continue;
    }
    ahead_bytes = 0;
    if (absl::Status taken = loop_.Call(std::move(take)); !taken.ok()) return absl::OkStatus();
  }
  return absl::OkStatus();
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
