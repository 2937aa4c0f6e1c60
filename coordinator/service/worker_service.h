// gRPC's view of the coordinator for workers.
#pragma once

#include "coordinator/api/event_loop.h"
#include "coordinator/job/coordinator.h"
#include "coordinator/service/stream_link.h"
#include "paceline/v1/worker.grpc.pb.h"

namespace paceline {

// Both outlive the service.
class WorkerServiceImpl final : public v1::WorkerService::Service {
 public:
  WorkerServiceImpl(EventLoop& loop, Coordinator& coordinator)
      : loop_(loop), coordinator_(coordinator) {}

  grpc::Status Work(grpc::ServerContext* context, WorkerStream* stream) override;
  grpc::Status FetchTheta(grpc::ServerContext* context, const v1::FetchThetaRequest* request,
                          grpc::ServerWriter<v1::Theta>* writer) override;

 private:
  grpc::Status LostTheta(const v1::FetchThetaRequest& request, const absl::Status& why);

  EventLoop& loop_;
  Coordinator& coordinator_;
};

}  // namespace paceline
