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
#include "common/rpc/socket.h"
#include "common/trace/tracer.h"
#include "coordinator/api/evaluation_api.h"
#include "coordinator/api/event_loop.h"
#include "coordinator/api/health.h"
#include "coordinator/api/job_api.h"
#include "coordinator/api/watch_hub.h"
#include "coordinator/job/coordinator.h"
#include "coordinator/metrics/loop_scraper.h"
#include "coordinator/metrics/metrics_board.h"
#include "coordinator/metrics/rpc_meters.h"
#include "coordinator/service/acceptor.h"
#include "coordinator/service/access_service.h"
#include "coordinator/service/call_gate.h"
#include "coordinator/service/evaluation_service.h"
#include "coordinator/service/health_teller.h"
#include "coordinator/service/job_service.h"
#include "coordinator/service/live_calls.h"
#include "coordinator/service/strangers.h"
#include "coordinator/service/waits.h"
#include "coordinator/service/worker_service.h"
#include "coordinator/store/store.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

namespace paceline {

struct ServerOptions {
  Address listen;
  TlsFlags tls;
  std::string data_folder;
  int threads = 1;  // for the gradient
  int64_t keep_checkpoints = 20;
  double audit_rate = 0;
  // How many file descriptors this process may have.
  int64_t descriptor_limit = 1024;
  // How long a worker's stream may take to say Hello.
  std::chrono::milliseconds hello_patience{10'000};
  // Who may ask for what; outlives the server. May be null in the clear: nobody has to show
  // anything then, and nothing is audited.
  Gate* gate = nullptr;
  // Of one submitter, that have not ended; 0: as many as it likes.
  int64_t max_jobs_per_user = 0;
  bool reflection = false;
  // Outlives the server.
  Tracer* tracer = &Tracer::Off();
  // Is told of every turn of the loop; may be null. Outlives the server. gRPC's own health service
  // says what it says.
  HealthBoard* health = nullptr;
  // Asks the server while it runs; may be null. Outlives the server.
  MetricsBoard* metrics = nullptr;
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
  // For other ways to ask than gRPC. They stay as they are until the server goes.
  JobApi& jobs() { return *api_; }
  EvaluationApi& evaluations() { return *evaluation_api_; }
  WatchHub& hub() { return hub_; }
  // Connections that came to nothing.
  const Strangers& strangers() const { return strangers_; }
  // Finishes what the loop has in hand, then ends all streams. OK, or why the coordinator could not
  // go on.
  absl::Status Stop();

 private:
  Server(ServerOptions options, Store& store, const Clock& clock)
      : options_(std::move(options)),
        store_(store),
        clock_(clock),
        gate_(options_.gate, options_.tls.any()),
        strangers_(clock),
        newcomers_(options_.hello_patience, "said Hello", clock),
        receivers_(WorkerServiceImpl::kThetaPatience, "taken a version of θ that others wait for",
                   clock) {}
  absl::Status Listen();
  void OpenDoor(Listeners listeners);
  void AddServices(grpc::ServerBuilder& builder);
  void AddInterceptors(grpc::ServerBuilder& builder);
  ServerHooks Hooks();
  void FollowHealth();
  void Tick();
  // Of the guard's thread.
  void LookAtIdentities();
  void TellHealth();
  // On the loop.
  void MeasureLag();

  // server_metrics.cc
  LoopSnapshot TakeSnapshot() const;
  void TellMetrics(Families& families);
  void TellDoor(Families& families) const;

  ServerOptions options_;
  Store& store_;
  const Clock& clock_;
  const CallGate gate_;
  LiveCalls live_;
  Strangers strangers_;
  Waits newcomers_, receivers_;
  const std::shared_ptr<ByteBudget> budget_ =
      std::make_shared<ByteBudget>(WorkerServiceImpl::kReadBytes);
  RpcMeters rpcs_;
  ThetaMeters fetched_;
  Address address_;
  WatchHub hub_;
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<EventLoop> loop_, sender_, reader_, guard_;
  std::unique_ptr<LoopScraper> scraper_;
  std::unique_ptr<WorkerServiceImpl> workers_;
  std::unique_ptr<JobApi> api_;
  std::unique_ptr<JobServiceImpl> jobs_;
  std::unique_ptr<EvaluationApi> evaluation_api_;
  std::unique_ptr<EvaluationServiceImpl> evaluations_;
  std::unique_ptr<AccessServiceImpl> access_;  // null without a gate
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> door_;  // gRPC's side of it
  std::unique_ptr<Acceptor> acceptor_;
  std::unique_ptr<HealthTeller> health_teller_;
  // Of the loop's thread.
  bool told_fatal_ = false;
  SteadyTime ticked_{};
  Distribution lag_{ShortSecondsBounds()};
};

}  // namespace paceline
