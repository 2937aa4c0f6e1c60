// A worker's stream: what it says goes to the loop, what it is told waits in a queue until gRPC
// takes it. It has no thread of its own: gRPC calls back when something has come or gone.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "coordinator/api/event_loop.h"
#include "coordinator/job/coordinator.h"
#include "coordinator/service/live_calls.h"
#include "coordinator/service/send_queue.h"
#include "coordinator/service/waits.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

// Of a worker's message: honest ones are far smaller.
inline constexpr size_t kMaxWorkerMessageBytes = 4 << 20;

// Thread-safe as a WorkerLink. May outlive the call; then it does nothing.
class WorkerCall final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                         public WorkerLink,
                         public std::enable_shared_from_this<WorkerCall> {
 public:
  // All outlive the call. `sender` is where messages begin their way, so that the loop does not
  // wait for the network.
  struct Around {
    EventLoop& loop;
    EventLoop& sender;
    Coordinator& coordinator;
    Waits& newcomers;
    LiveCalls& live;
  };

  // For gRPC, which owns nothing of it. `caller`: who it is that calls.
  static WorkerCall* Begin(const Around& around, grpc::CallbackServerContext* context,
                           Caller caller);

  void Send(SharedMessage message) override;
  void Close(const std::string& reason) override;

 private:
  WorkerCall(const Around& around, grpc::CallbackServerContext* context, Caller caller);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone() override;

  void TakeHello();
  void TakeMessage();
  // False, and the call is being ended: what came is too long or no message.
  bool Parse(v1::WorkerMessage& message);
  // On the loop.
  void Join(const v1::Hello& hello);

  // The worker is not to try again, unless the coordinator merely stops.
  void Refuse(const absl::Status& why);
  // Its identity is no longer good. The worker may come back with another.
  void Expel(const absl::Status& why);
  void Leave(const std::string& why);
  void End(const grpc::Status& status, SharedMessage last = nullptr);
  // Goes on with what waits to be sent, or ends the call. `writing_` is true and is the caller's.
  void WriteNext();

  const Around around_;
  const Caller caller_;
  std::shared_ptr<WorkerCall> self_;  // until gRPC is done with it

  // gRPC calls one reader after the other, on whichever thread.
  std::mutex reading_;
  std::optional<Waits::Wait> newcomer_;  // guarded by reading_, as these
  std::optional<LiveCalls::Call> live_;
  std::optional<WorkerId> id_;  // once it has joined
  size_t ahead_bytes_ = 0;
  grpc::ByteBuffer in_;

  std::mutex mutex_;
  grpc::CallbackServerContext* context_;  // guarded by mutex_; null when gRPC is done
  SendQueue queue_;                       // guarded by mutex_
  bool writing_ = false;                  // guarded by mutex_; or about to
  bool broken_ = false;                   // guarded by mutex_; nothing can be written any more
  grpc::ByteBuffer out_;                  // guarded by mutex_; what is being written
  std::optional<grpc::Status> end_;       // guarded by mutex_; how the call is to end
  SharedMessage last_;                    // guarded by mutex_; what is said before that
};

}  // namespace paceline
