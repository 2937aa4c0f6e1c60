// gRPC's view of the coordinator for workers.
#pragma once

#include "coordinator/api/event_loop.h"
#include "coordinator/job/coordinator.h"
#include "coordinator/service/newcomers.h"
#include "coordinator/service/stream_link.h"
#include "paceline/v1/worker.grpc.pb.h"

namespace paceline {

// Of a worker's message: honest ones are far smaller.
inline constexpr size_t kMaxWorkerMessageBytes = 4 << 20;

// All outlive the service.
class WorkerServiceImpl final : public v1::WorkerService::Service {
 public:
  WorkerServiceImpl(EventLoop& loop, Coordinator& coordinator, Newcomers& newcomers)
      : loop_(loop), coordinator_(coordinator), newcomers_(newcomers) {}

  grpc::Status Work(grpc::ServerContext* context, WorkerStream* stream) override;
  grpc::Status FetchTheta(grpc::ServerContext* context, const v1::FetchThetaRequest* request,
                          grpc::ServerWriter<v1::Theta>* writer) override;

 private:
  // The first message; false: there will be none.
  bool ReadHello(grpc::ServerContext* context, WorkerStream* stream, v1::WorkerMessage& message);
  // Hands over what comes until the stream ends, or is to end: the status says why.
  absl::Status Listen(WorkerId worker, WorkerStream* stream);
  grpc::Status LostTheta(const v1::FetchThetaRequest& request, const absl::Status& why);

  EventLoop& loop_;
  Coordinator& coordinator_;
  Newcomers& newcomers_;
};

}  // namespace paceline
