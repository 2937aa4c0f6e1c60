// paceline-coordinator: owns θ and the queue of jobs, and hands blocks to workers.
#include <sys/stat.h>
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
#include "common/log/flags.h"
#include "common/metrics/metrics_route.h"
#include "common/program/command_line.h"
#include "common/program/version.h"
#include "common/rpc/address.h"
#include "common/rpc/flags.h"
#include "common/rpc/socket.h"
#include "common/trace/flag.h"
#include "coordinator/access/gate.h"
#include "coordinator/http/health_routes.h"
#include "coordinator/http/site_server.h"
#include "coordinator/metrics/metrics_board.h"
#include "coordinator/service/server.h"
#include "coordinator/store/data_folder.h"
#include "coordinator/store/sqlite_store.h"
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
  std::vector<std::string> http_hosts;
  LogFlags log;
  std::string trace;
  int threads = 0;
  int64_t keep_checkpoints = 20;
  bool accept_loss = false;
  double audit_rate = 0;
  int64_t max_jobs_per_user = 100;
  bool reflection = false;
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
  app.AddFlag("--allow-tokens", flags.tls.allow_tokens,
              "With --tls-ca: let in clients without a certificate, who show a token");
  app.AddOption("--max-jobs-per-user", flags.max_jobs_per_user,
                "Jobs of one identity that have not ended; 0: as many as it likes")
      .Range(int64_t{0}, int64_t{1'000'000})
      .ShowDefault();
  app.AddFlag("--reflection", flags.reflection, "Tell admins' gRPC tools which services there are");
  app.AddOption(
         "--http", flags.http,
         "Where to show the dashboard, /healthz, /readyz and /metrics; a port alone is one of this "
         "machine's, none is nowhere (default: 127.0.0.1:7780, or a free port)")
      .TypeName("HOST:PORT");
  app.AddOption("--http-host", flags.http_hosts,
                "A name that browsers may ask for the dashboard by; may be repeated")
      .TypeName("NAME");
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
  AddLogFlags(app, flags.log);
  AddTraceFlag(app, flags.trace);
}

int Complain(const absl::Status& status, int exit_status) {
  LogComplaint("paceline-coordinator", std::string(status.message()));
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

// "0.1.0 (commit 1a2b3c4)"
std::string OwnVersion() {
  const std::string text = VersionText("");
  return text.substr(1, text.find('\n') - 1);
}

// Null where there is to be none.
absl::StatusOr<std::unique_ptr<SiteServer>> StartHttp(const Flags& flags, const DataFolder& folder,
                                                      Gate& gate, const HealthBoard& health,
                                                      MetricsBoard& metrics) {
  HttpRoutes routes;
  AddHealthRoutes(health, routes);
  const Build build = BuildOf();
  auto site = SiteServer::Start(
      {.where = flags.http,
       .host_names = flags.http_hosts,
       .tls = flags.tls,
       .version = OwnVersion(),
       .open_to_read = !flags.tls.any(),
       .gate = &gate,
       .health = &health,
       .metrics = MetricsAnswer({"paceline-coordinator", build.version, build.commit},
                                [&metrics](Families& families) { metrics.Tell(families); })},
      std::move(routes), Clock::Real());
  if (!site.ok() || *site == nullptr) return site;
  const std::string url = (*site)->server().url();
  std::cout << "paceline-coordinator: dashboard at " << url << "/, health at " << url << "/healthz"
            << std::endl;
  absl::Status written = WriteFileAtomically(folder.http_file(), url + "\n");
  if (!written.ok()) return written;
  return site;
}

int Serve(const DataFolder& folder, Store& store, Gate& gate, const Address& listen,
          const Flags& flags, Tracer& tracer) {
  // Whoever waits for the file must not find the one of an earlier life.
  std::error_code ignored;
  std::filesystem::remove(folder.address_file(), ignored);
  std::filesystem::remove(folder.http_file(), ignored);
  const int threads =
      flags.threads > 0 ? flags.threads : std::max(1u, std::thread::hardware_concurrency());
  HealthBoard health(Clock::Real());
  MetricsBoard metrics(
      {.data_folder = folder.path(), .certificate = flags.tls.cert, .access = &gate.meters()},
      health);
  const auto http = StartHttp(flags, folder, gate, health, metrics);
  if (!http.ok()) return Complain(http.status(), kExitRefused);
  auto server = Server::Start({.listen = listen,
                               .tls = flags.tls,
                               .data_folder = folder.path(),
                               .threads = threads,
                               .keep_checkpoints = flags.keep_checkpoints,
                               .audit_rate = flags.audit_rate,
                               .descriptor_limit = RaiseDescriptorLimit(),
                               .gate = &gate,
                               .max_jobs_per_user = flags.max_jobs_per_user,
                               .reflection = flags.reflection,
                               .tracer = &tracer,
                               .health = &health,
                               .metrics = &metrics,
                               .on_fatal = [] { kill(getpid(), SIGTERM); }},
                              store, Clock::Real());
  if (!server.ok()) return Complain(server.status(), kExitRefused);
  if (*http != nullptr) {
    (*http)->site().Attach({.jobs = (*server)->jobs(),
                            .evaluations = (*server)->evaluations(),
                            .hub = (*server)->hub(),
                            .store = store,
                            .data_folder = folder.path()});
  }
  const std::string address = (*server)->address().ToString();
  absl::Status status = WriteFileAtomically(folder.address_file(), address + "\n");
  if (!status.ok()) return Complain(status, kExitRefused);
  std::cout << "paceline-coordinator: ready on " << address << ", data in " << folder.path()
            << std::endl;

  const sigset_t signals = StopSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  if (*http != nullptr) (*http)->site().Detach();
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
  SetUpLog("coordinator", flags.log);

  auto listen = ParseAddress(flags.listen);
  if (!listen.ok()) return Complain(listen.status(), kExitUsage);
  if (absl::Status http = CheckHttpFlag(flags.http); !http.ok()) return Complain(http, kExitUsage);
  auto credentials = ServerCredentials(*listen, flags.tls);
  if (!credentials.ok()) return Complain(credentials.status(), kExitRefused);
  // What is in the data folder is this user's alone.
  umask(0077);
  auto folder = DataFolder::Open(flags.data);
  if (!folder.ok()) return Complain(folder.status(), kExitRefused);
  if (folder->was_open()) {
    spdlog::warn("other users could read what is in {}; from now on they cannot", folder->path());
  }
  auto store = SqliteStore::Open(folder->database(), {.accept_loss = flags.accept_loss});
  if (!store.ok()) return Complain(store.status(), kExitRefused);
  Tell(**store);
  auto book = AccessBook::Open(AccessFile(folder->path()), Clock::Real());
  if (!book.ok()) return Complain(book.status(), kExitRefused);
  auto audit = AuditLog::Open({.folder = folder->path()}, Clock::Real());
  if (!audit.ok()) return Complain(audit.status(), kExitRefused);
  Gate gate(**book, **audit, Clock::Real());
  auto tracing = Tracing::Begin(
      flags.trace,
      {.service = "paceline-coordinator", .instance = listen->ToString(), .pid = getpid()});
  if (!tracing.ok()) return Complain(tracing.status(), kExitRefused);
  return Serve(*folder, **store, gate, *listen, flags, tracing->tracer());
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) { return paceline::Main(argc, argv); }
