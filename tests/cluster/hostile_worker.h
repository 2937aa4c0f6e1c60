// A worker that speaks the protocol and keeps none of its promises, in the test's own process.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "grpcpp/client_context.h"
#include "paceline/v1/job.pb.h"
#include "paceline/v1/worker.grpc.pb.h"

namespace paceline {

class HostileWorker {
 public:
  using Stream = grpc::ClientReaderWriter<v1::WorkerMessage, v1::CoordinatorMessage>;
  // What it does when it is asked for windows.
  using Answer = std::function<void(const v1::RunWindows&, Stream&)>;

  // Claims to be what `honest` is, but for its threads. Sends heartbeats until it is destroyed or
  // cut off.
  HostileWorker(const std::string& address, const v1::WorkerSummary& honest, uint32_t threads,
                Answer answer);
  ~HostileWorker();

  // The coordinator has ended the connection.
  bool cut_off() const { return cut_off_; }

 private:
  void Listen(const Answer& answer);

  grpc::ClientContext context_;
  std::unique_ptr<v1::WorkerService::Stub> stub_;
  std::unique_ptr<Stream> stream_;
  std::mutex writing_;
  std::condition_variable_any ended_;
  std::atomic<bool> cut_off_ = false;
  std::jthread listener_, heart_;
};

}  // namespace paceline
