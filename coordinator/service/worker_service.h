// gRPC's view of the coordinator for workers.
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include "coordinator/api/event_loop.h"
#include "coordinator/job/coordinator.h"
#include "coordinator/service/byte_budget.h"
#include "coordinator/service/call_gate.h"
#include "coordinator/service/live_calls.h"
#include "coordinator/service/theta_call.h"
#include "coordinator/service/waits.h"
#include "coordinator/service/worker_call.h"
#include "paceline/v1/worker.grpc.pb.h"

namespace paceline {

// Calls come and go as bytes, so that many can share those of θ.
using RawWorkerService = v1::WorkerService::WithRawCallbackMethod_Work<
    v1::WorkerService::WithRawCallbackMethod_FetchTheta<v1::WorkerService::Service>>;

// None of its calls has a thread.
class WorkerServiceImpl final : public RawWorkerService {
 public:
  // Of versions of θ that are read from files for workers, in memory at once.
  static constexpr uint64_t kReadBytes = 64 << 20;
  // How long a worker may take for one of them where others wait for room.
  static constexpr std::chrono::seconds kThetaPatience{10};

  // All outlive the service. `sender` and `reader` are for it alone, and end after the last call.
  struct Deps {
    EventLoop& loop;
    EventLoop& sender;
    EventLoop& reader;
    Coordinator& coordinator;
    Waits& newcomers;
    Waits& receivers;
    const CallGate& gate;
    LiveCalls& live;
    std::shared_ptr<ByteBudget> budget;
    ThetaMeters& meters;
  };
  explicit WorkerServiceImpl(Deps deps) : deps_(std::move(deps)) {}

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Work(
      grpc::CallbackServerContext* context) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* FetchTheta(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request) override;

 private:
  const Deps deps_;
};

}  // namespace paceline
