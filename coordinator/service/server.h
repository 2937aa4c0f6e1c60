// The running coordinator: its loop, its services and its port.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/rpc/address.h"
#include "common/rpc/credentials.h"
#include "coordinator/job/coordinator.h"
#include "coordinator/service/event_loop.h"
#include "coordinator/service/job_service.h"
#include "coordinator/service/watch_hub.h"
#include "coordinator/service/worker_service.h"
#include "coordinator/store/store.h"
#include "grpcpp/server.h"

namespace paceline {

struct ServerOptions {
  Address listen;
  TlsFlags tls;
  std::string data_folder;
  int threads = 1;  // for the gradient
  // Called once, on the loop's thread, when the coordinator cannot go on (Coordinator::fatal); may
  // be empty. It must not call Stop itself.
  std::function<void()> on_fatal;
};

class Server {
 public:
  // Listens when it returns. Errors of Coordinator::Start and ServerCredentials; Unavailable if the
  // address cannot be listened on. `store` and `clock` outlive the server.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options, Store& store,
                                                       const Clock& clock);
  ~Server();

  // With the port that was chosen.
  const Address& address() const { return address_; }
  // Finishes what the loop has in hand, then ends all streams. OK, or why the coordinator could not
  // go on.
  absl::Status Stop();

 private:
  Server(ServerOptions options, Store& store) : options_(std::move(options)), store_(store) {}
  absl::Status Listen();
  void Tick();

  ServerOptions options_;
  Store& store_;
  Address address_;
  WatchHub hub_;
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<WorkerServiceImpl> workers_;
  std::unique_ptr<JobServiceImpl> jobs_;
  std::unique_ptr<grpc::Server> server_;
  bool told_fatal_ = false;  // of the loop's thread
};

}  // namespace paceline
