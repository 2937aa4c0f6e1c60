#include "coordinator/service/server.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/rpc/channel.h"
#include "common/rpc/grpc_log.h"
#include "common/rpc/server_spans.h"
#include "common/rpc/tls_rules.h"
#include "coordinator/service/rpc_interceptor.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

constexpr std::chrono::milliseconds kTick{250};
// How long a revoked identity may go on, but for the time to end its calls.
constexpr std::chrono::milliseconds kLookAtIdentities{200};
// Of calls that have a thread each, watchers above all.
constexpr int kMostThreads = 1024;
// Of one connection.
constexpr int kMostStreams = 512;
// From a connection's first bytes to its first HTTP/2 frame; and without any call.
constexpr int kHandshakeMs = 20'000, kIdleMs = 300'000;
// Of loops that have nothing to do by themselves.
constexpr std::chrono::hours kNeverMind{1};
// That gRPC's health service knows; "" is all of them.
constexpr const char* kServices[] = {"", "paceline.v1.WorkerService", "paceline.v1.JobService",
                                     "paceline.v1.EvaluationService", "paceline.v1.AccessService"};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options, Store& store,
                                                      const Clock& clock) {
  std::unique_ptr<Server> server(new Server(std::move(options), store, clock));
  auto coordinator = Coordinator::Start({.data_folder = server->options_.data_folder,
                                         .threads = server->options_.threads,
                                         .keep_checkpoints = server->options_.keep_checkpoints,
                                         .audit_rate = server->options_.audit_rate,
                                         .tracer = server->options_.tracer},
                                        store, clock, server->hub_);
  if (!coordinator.ok()) return coordinator.status();
  server->coordinator_ = *std::move(coordinator);
  server->ticked_ = clock.Now();
  server->loop_ = std::make_unique<EventLoop>(clock, kTick, [raw = server.get()] { raw->Tick(); });
  server->sender_ = std::make_unique<EventLoop>(clock, kNeverMind, [] {});
  server->reader_ = std::make_unique<EventLoop>(clock, kNeverMind, [] {});
  server->guard_ = std::make_unique<EventLoop>(clock, kLookAtIdentities,
                                               [raw = server.get()] { raw->LookAtIdentities(); });
  server->scraper_ = std::make_unique<LoopScraper>(
      *server->loop_, [raw = server.get()] { return raw->TakeSnapshot(); });
  if (absl::Status status = server->Listen(); !status.ok()) return status;
  absl::Status turn = server->loop_->Call([raw = server.get()] {
    raw->TellHealth();
    return absl::OkStatus();
  });
  if (!turn.ok()) return turn;
  server->FollowHealth();
  if (MetricsBoard* metrics = server->options_.metrics) {
    metrics->Attach([raw = server.get()](Families& families) { raw->TellMetrics(families); });
  }
  return server;
}

void Server::FollowHealth() {
  const auto tell = [this](bool ready) {
    for (const char* service : kServices) {
      server_->GetHealthCheckService()->SetServingStatus(service, ready);
    }
  };
  tell(true);
  if (options_.health == nullptr) return;
  health_teller_ = std::make_unique<HealthTeller>(*options_.health, tell);
}

absl::Status Server::Listen() {
  if (options_.tls.any() && options_.gate == nullptr) {
    return absl::InternalError("a server with TLS needs a gate");
  }
  auto credentials = ServerCredentials(options_.listen, options_.tls, Hooks());
  if (!credentials.ok()) return credentials.status();
  auto listeners = ListenOn(options_.listen);
  if (!listeners.ok()) return listeners.status();
  grpc::EnableDefaultHealthCheckService(true);
  if (options_.reflection) grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  ApplyServerLimits(builder);
  builder.SetResourceQuota(grpc::ResourceQuota("calls").SetMaxThreads(kMostThreads));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMostStreams);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleMs);
  using Door = grpc::ServerBuilder::experimental_type::ExternalConnectionType;
  door_ = builder.experimental().AddExternalConnectionAcceptor(Door::FROM_FD, *credentials);
  AddServices(builder);
  AddInterceptors(builder);
  server_ = builder.BuildAndStart();
  if (!server_) return absl::InternalError("gRPC's server cannot be started");
  address_ = {.host = options_.listen.host, .port = listeners->port};
  OpenDoor(*std::move(listeners));
  return absl::OkStatus();
}

ServerHooks Server::Hooks() {
  const auto tell = [](const absl::Status& status) {
    if (status.ok()) {
      spdlog::info("the TLS files were replaced; new connections get the new ones");
    } else {
      spdlog::warn("new TLS files are not taken: {}", std::string(status.message()));
    }
  };
  return {.check = [this](const CallFacts& facts) { return gate_.Look(facts); }, .tell = tell};
}

void Server::AddInterceptors(grpc::ServerBuilder& builder) {
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> around_calls;
  around_calls.push_back(CountCalls(rpcs_, clock_));
  if (options_.tracer->on()) around_calls.push_back(SpansOfCalls(*options_.tracer));
  builder.experimental().SetInterceptorCreators(std::move(around_calls));
}

void Server::AddServices(grpc::ServerBuilder& builder) {
  workers_ =
      std::make_unique<WorkerServiceImpl>(WorkerServiceImpl::Deps{.loop = *loop_,
                                                                  .sender = *sender_,
                                                                  .reader = *reader_,
                                                                  .coordinator = *coordinator_,
                                                                  .newcomers = newcomers_,
                                                                  .receivers = receivers_,
                                                                  .gate = gate_,
                                                                  .live = live_,
                                                                  .budget = budget_,
                                                                  .meters = fetched_});
  api_ = std::make_unique<JobApi>(JobApi::Deps{.loop = *loop_,
                                               .coordinator = *coordinator_,
                                               .hub = hub_,
                                               .store = store_,
                                               .data_folder = options_.data_folder,
                                               .threads = options_.threads,
                                               .max_jobs_per_user = options_.max_jobs_per_user});
  jobs_ = std::make_unique<JobServiceImpl>(*api_, gate_);
  evaluation_api_ = std::make_unique<EvaluationApi>(
      EvaluationApi::Deps{.loop = *loop_, .coordinator = *coordinator_, .hub = hub_});
  evaluations_ = std::make_unique<EvaluationServiceImpl>(*evaluation_api_, gate_);
  if (options_.gate != nullptr) {
    access_ =
        std::make_unique<AccessServiceImpl>(gate_, options_.gate->book(), options_.data_folder);
    builder.RegisterService(access_.get());
  }
  builder.RegisterService(workers_.get());
  builder.RegisterService(jobs_.get());
  builder.RegisterService(evaluations_.get());
}

void Server::OpenDoor(Listeners listeners) {
  if (options_.tls.any()) {
    const auto hear = [this](Trouble trouble) {
      return [this, trouble](const std::string& reason) {
        if (const auto line = strangers_.Count(trouble, reason)) spdlog::warn("{}", *line);
      };
    };
    HearFailedHandshakes(hear(Trouble::kHandshake));
    HearRefusedCertificates(hear(Trouble::kCertificate));
  }
  acceptor_ = std::make_unique<Acceptor>(
      Acceptor::Options{.listeners = std::move(listeners.sockets),
                        .tls = options_.tls.any(),
                        .descriptor_limit = options_.descriptor_limit},
      clock_, strangers_, [door = door_.get()](int listener, Descriptor connection) {
        grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
        parameters.listener_fd = listener;
        parameters.fd = connection.Release();
        door->HandleNewConnection(&parameters);
      });
}

Server::~Server() { (void)Stop(); }

void Server::Tick() {
  MeasureLag();
  coordinator_->Tick();
  newcomers_.EndLate();
  if (budget_->is_short()) receivers_.EndLate();
  TellHealth();
  if (coordinator_->fatal().ok() || told_fatal_) return;
  told_fatal_ = true;
  if (options_.on_fatal) options_.on_fatal();
}

void Server::LookAtIdentities() {
  if (options_.gate == nullptr) return;
  absl::Status status = options_.gate->book().Refresh();
  if (!status.ok()) spdlog::error("{}", std::string(status.message()));
  live_.EndBad([this](const Caller& caller) { return gate_.StillGood(caller); });
}

// A tick is due kTick after the one before.
void Server::MeasureLag() {
  const SteadyTime now = clock_.Now();
  const std::chrono::duration<double> late = now - ticked_ - kTick;
  lag_.Add(std::max(0.0, late.count()));
  ticked_ = now;
}

void Server::TellHealth() {
  if (options_.health == nullptr) return;
  absl::Status fatal = coordinator_->fatal();
  if (fatal.ok()) fatal = store_.health();
  options_.health->Beat(coordinator_->waits_for_room(), std::string(fatal.message()));
}

absl::Status Server::Stop() {
  if (options_.metrics != nullptr) options_.metrics->Detach();
  if (options_.health != nullptr) options_.health->SayStopping();
  health_teller_.reset();
  if (server_) server_->GetHealthCheckService()->SetServingStatus(false);
  if (loop_) loop_->Stop();
  hub_.Close();
  acceptor_.reset();
  if (guard_) guard_->Stop();
  if (server_) {
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
    server_.reset();
    if (options_.tls.any()) {
      HearFailedHandshakes({});
      HearRefusedCertificates({});
    }
  }
  if (coordinator_ && !coordinator_->fatal().ok()) return coordinator_->fatal();
  return store_.health();
}

}  // namespace paceline
