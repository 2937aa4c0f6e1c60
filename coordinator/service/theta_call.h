// FetchTheta: versions of θ, one after the other, as fast as the worker takes them.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "coordinator/api/event_loop.h"
#include "coordinator/job/coordinator.h"
#include "coordinator/service/byte_budget.h"
#include "coordinator/service/waits.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

// What was sent, of all calls together. Thread-safe.
struct ThetaMeters {
  std::atomic<uint64_t> versions = 0, bytes = 0;
};

// Versions in memory are sent as they lie there; of those in files all calls together hold what the
// budget has, and each is waited for by `receivers`.
class ThetaCall final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  // All outlive the call. `reader` is where files are read.
  struct Around {
    EventLoop& loop;
    EventLoop& reader;
    Coordinator& coordinator;
    Waits& receivers;
    std::shared_ptr<ByteBudget> budget;
    ThetaMeters& meters;
  };

  // For gRPC, which owns nothing of it.
  static ThetaCall* Begin(Around around, grpc::CallbackServerContext* context,
                          v1::FetchThetaRequest request);

 private:
  ThetaCall(Around around, grpc::CallbackServerContext* context, v1::FetchThetaRequest request);

  void OnWriteDone(bool ok) override;
  void OnDone() override;

  // On the loop.
  void Find();
  void WriteNext();
  // On the reader's thread, with the budget's leave.
  void ReadAndWrite();
  void Write(const v1::Theta& theta, std::shared_ptr<const void> owner);
  void TellLost(const absl::Status& why);

  const Around around_;
  grpc::CallbackServerContext* const context_;
  const v1::FetchThetaRequest request_;

  // One thread after the other has the call in hand.
  std::mutex mutex_;
  std::shared_ptr<ThetaCall> self_;  // until gRPC is done with it; guarded by mutex_, as these
  ThetaRange range_;
  int64_t index_ = 0;  // of the version at hand
  grpc::ByteBuffer out_;
  std::optional<Waits::Wait> wait_;  // for the worker to take it
};

}  // namespace paceline
