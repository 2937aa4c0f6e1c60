// A worker's stream as a WorkerLink: a queue, and one thread that writes it out.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "coordinator/job/coordinator.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/sync_stream.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

using WorkerStream = grpc::ServerReaderWriter<v1::CoordinatorMessage, v1::WorkerMessage>;

// Thread-safe. May outlive the call; then it does nothing.
class StreamLink : public WorkerLink {
 public:
  StreamLink(grpc::ServerContext* context, WorkerStream* stream);
  ~StreamLink() override { Finish(); }

  void Send(SharedMessage message) override;
  void Close(const std::string& reason) override;
  // To be called before the call's handler returns: nothing is written afterwards.
  void Finish();

 private:
  void Write();
  SharedMessage Next();

  std::mutex mutex_;
  std::condition_variable wake_;
  grpc::ServerContext* context_;     // guarded by mutex_; null when finished
  std::deque<SharedMessage> queue_;  // guarded by mutex_
  WorkerStream* const stream_;
  std::jthread writer_;
};

}  // namespace paceline
