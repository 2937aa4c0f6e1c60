#include "coordinator/service/server.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/server_builder.h"

namespace paceline {
namespace {

constexpr std::chrono::milliseconds kTick{250};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options, Store& store,
                                                      const Clock& clock) {
  std::unique_ptr<Server> server(new Server(std::move(options), store));
  auto coordinator = Coordinator::Start(
      {.data_folder = server->options_.data_folder, .threads = server->options_.threads}, store,
      clock, server->hub_);
  if (!coordinator.ok()) return coordinator.status();
  server->coordinator_ = *std::move(coordinator);
  server->loop_ = std::make_unique<EventLoop>(kTick, [raw = server.get()] { raw->Tick(); });
  if (absl::Status status = server->Listen(); !status.ok()) return status;
  return server;
}

absl::Status Server::Listen() {
  auto credentials = ServerCredentials(options_.listen, options_.tls);
  if (!credentials.ok()) return credentials.status();
  workers_ = std::make_unique<WorkerServiceImpl>(*loop_, *coordinator_);
  jobs_ = std::make_unique<JobServiceImpl>(JobServiceDeps{.loop = *loop_,
                                                          .coordinator = *coordinator_,
                                                          .hub = hub_,
                                                          .store = store_,
                                                          .data_folder = options_.data_folder,
                                                          .threads = options_.threads});
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  ApplyServerLimits(builder);
  int port = 0;
  builder.AddListeningPort(options_.listen.ToString(), *credentials, &port);
  builder.RegisterService(workers_.get());
  builder.RegisterService(jobs_.get());
  server_ = builder.BuildAndStart();
  if (!server_ || port == 0) {
    return absl::UnavailableError(absl::StrCat(
        "cannot listen on ", options_.listen.ToString(),
        ": the address is not this machine's, or another program listens there already"));
  }
  address_ = {.host = options_.listen.host, .port = port};
  return absl::OkStatus();
}

Server::~Server() { (void)Stop(); }

void Server::Tick() {
  coordinator_->Tick();
  if (coordinator_->fatal().ok() || told_fatal_) return;
  told_fatal_ = true;
  if (options_.on_fatal) options_.on_fatal();
}

absl::Status Server::Stop() {
  if (loop_) loop_->Stop();
  hub_.Close();
  if (server_) {
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
    server_.reset();
  }
  return coordinator_ ? coordinator_->fatal() : absl::OkStatus();
}

}  // namespace paceline
