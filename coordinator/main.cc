// paceline-coordinator: owns θ and the queue of jobs, and hands blocks to workers.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/standard_output.h"
#include "common/command/command.h"
#include "common/http/http_server.h"
#include "common/metrics/metrics_route.h"
#include "common/program/command_line.h"
#include "common/program/version.h"
#include "common/rpc/address.h"
#include "common/rpc/flags.h"
#include "common/rpc/socket.h"
#include "coordinator/http/health_routes.h"
#include "coordinator/metrics/metrics_board.h"
#include "coordinator/service/server.h"
#include "coordinator/store/data_folder.h"
#include "coordinator/store/sqlite_store.h"
#include "spdlog/sinks/stdout_color_sinks.h"
#include "spdlog/spdlog.h"

namespace paceline {
namespace {

constexpr int kExitOk = 0;
constexpr int kExitUsage = 2;
constexpr int kExitRefused = 3;
constexpr int kExitDurability = 4;

constexpr char kExitHelp[] =
    "Exit status: 0 stopped by SIGTERM or SIGINT; 2 bad command line; 3 could not start (the "
    "message "
    "says why); 4 something could not be stored durably (what was stored is safe: start again).";

struct Flags {
  std::string data;
  std::string listen = kDefaultCoordinator;
  std::string http;
  std::string log_level = "info";
  int threads = 0;
  int64_t keep_checkpoints = 20;
  bool accept_loss = false;
  double audit_rate = 0;
  TlsFlags tls;
};

void Describe(Command& app, Flags& flags) {
  app.Footer(kExitHelp);
  app.AddOption("--data", flags.data, "Folder of the coordinator's state; made if absent")
      .Required()
      .TypeName("DIR");
  app.AddOption("--listen", flags.listen,
                "Where to listen; port 0 chooses a free one (see DIR/address)")
      .TypeName("HOST:PORT")
      .ShowDefault();
  AddTlsFlags(app, flags.tls);
  app.AddOption(
         "--http", flags.http,
         "Where to answer GET /healthz, /readyz and /metrics, in the clear; a port alone is one of "
         "this machine's (default: nowhere)")
      .TypeName("HOST:PORT");
  app.AddOption("--threads", flags.threads, "Threads for the gradient; 0: one per processor")
      .Range(0, 1024)
      .ShowDefault();
  app.AddOption("--keep-checkpoints", flags.keep_checkpoints,
                "Newest checkpoints kept of a job; of older ones each N-th")
      .Range(int64_t{1}, int64_t{1'000'000})
      .ShowDefault();
  app.AddFlag("--accept-loss", flags.accept_loss,
              "Start even if the store lacks what it has acknowledged; what is given up is told");
  app.AddOption("--audit-rate", flags.audit_rate,
                "Share of answers that a second worker computes too, to compare")
      .Range(0.0, 1.0)
      .ShowDefault();
  app.AddOption("--log-level", flags.log_level, "How much to say on standard error")
      .OneOf({"debug", "info", "warn", "error"})
      .ShowDefault();
}

int Complain(const absl::Status& status, int exit_status) {
  std::cerr << "paceline-coordinator: " << status.message() << '\n';
  return exit_status;
}

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// In the log, and among the events of the job that lost something.
void Tell(SqliteStore& store) {
  for (const Reconciliation::Loss& loss : store.losses()) {
    spdlog::warn("{}{}{}", loss.job, loss.job.empty() ? "" : ": ", loss.text);
    if (loss.job.empty()) continue;
    absl::Status status = store.AddEvent(loss.job, Clock::Real().UnixMillis(), loss.text);
    if (!status.ok()) spdlog::warn("not stored as an event: {}", std::string(status.message()));
  }
}

// Null where it was not asked for.
absl::StatusOr<std::unique_ptr<HttpServer>> StartHttp(const std::string& where,
                                                      const HealthBoard& health,
                                                      MetricsBoard& metrics) {
  if (where.empty()) return nullptr;
  const auto address = ParseAddress(where);
  if (!address.ok()) return address.status();
  HttpRoutes routes;
  AddHealthRoutes(health, routes);
  const Build build = BuildOf();
  AddMetricsRoute(
      {"paceline-coordinator", build.version, build.commit},
      [&metrics](Families& families) { metrics.Tell(families); }, routes);
  auto server = HttpServer::Start(*address, std::move(routes));
  if (!server.ok()) return server.status();
  if (!address->IsLoopback()) spdlog::warn("HTTP is in the clear, for whoever reaches {}", where);
  std::cout << "paceline-coordinator: health at http://" << (*server)->address().ToString()
            << "/healthz" << std::endl;
  return server;
}

int Serve(const DataFolder& folder, Store& store, const Address& listen, const Flags& flags) {
  // Whoever waits for the file must not find the one of an earlier life.
  std::error_code ignored;
  std::filesystem::remove(folder.address_file(), ignored);
  const int threads =
      flags.threads > 0 ? flags.threads : std::max(1u, std::thread::hardware_concurrency());
  HealthBoard health(Clock::Real());
  MetricsBoard metrics({.data_folder = folder.path(), .certificate = flags.tls.cert}, health);
  const auto http = StartHttp(flags.http, health, metrics);
  if (!http.ok()) return Complain(http.status(), kExitRefused);
  auto server = Server::Start({.listen = listen,
                               .tls = flags.tls,
                               .data_folder = folder.path(),
                               .threads = threads,
                               .keep_checkpoints = flags.keep_checkpoints,
                               .audit_rate = flags.audit_rate,
                               .descriptor_limit = RaiseDescriptorLimit(),
                               .health = &health,
                               .metrics = &metrics,
                               .on_fatal = [] { kill(getpid(), SIGTERM); }},
                              store, Clock::Real());
  if (!server.ok()) return Complain(server.status(), kExitRefused);
  const std::string address = (*server)->address().ToString();
  absl::Status status = WriteFileAtomically(folder.address_file(), address + "\n");
  if (!status.ok()) return Complain(status, kExitRefused);
  std::cout << "paceline-coordinator: ready on " << address << ", data in " << folder.path()
            << std::endl;

  const sigset_t signals = StopSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  status = (*server)->Stop();
  if (!status.ok()) return Complain(status, kExitDurability);
  spdlog::info("stopped by {}", signal == SIGINT ? "SIGINT" : "SIGTERM");
  return kExitOk;
}

int Main(int argc, char** argv) {
  Command app("Meta-trains learned optimizers: owns the meta-parameters and hands work to workers.",
              "paceline-coordinator");
  Flags flags;
  Describe(app, flags);
  if (const auto ended = ParseProgram(app, argc, argv)) {
    return CloseStandardOutput("paceline-coordinator", *ended);
  }
  // Blocked before any thread starts, so that only sigwait sees them.
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  // What goes wrong is reported in this program's words.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  spdlog::set_default_logger(spdlog::stderr_color_mt("coordinator"));
  spdlog::set_level(spdlog::level::from_str(flags.log_level));

  auto listen = ParseAddress(flags.listen);
  if (!listen.ok()) return Complain(listen.status(), kExitUsage);
  if (const auto http = ParseAddress(flags.http); !flags.http.empty() && !http.ok()) {
    return Complain(http.status(), kExitUsage);
  }
  auto credentials = ServerCredentials(*listen, flags.tls);
  if (!credentials.ok()) return Complain(credentials.status(), kExitRefused);
  auto folder = DataFolder::Open(flags.data);
  if (!folder.ok()) return Complain(folder.status(), kExitRefused);
  auto store = SqliteStore::Open(folder->database(), {.accept_loss = flags.accept_loss});
  if (!store.ok()) return Complain(store.status(), kExitRefused);
  Tell(**store);
  return Serve(*folder, **store, *listen, flags);
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) { return paceline::Main(argc, argv); }
