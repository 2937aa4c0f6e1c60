// paceline-worker: computes blocks for a coordinator until it is told to leave.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "common/base/process_use.h"
#include "common/base/processor_name.h"
#include "common/base/protocol.h"
#include "common/base/standard_output.h"
#include "common/command/command.h"
#include "common/command/plugin_flag.h"
#include "common/footprint/machine_memory.h"
#include "common/http/http_server.h"
#include "common/lane/dispatch.h"
#include "common/log/fields.h"
#include "common/log/flags.h"
#include "common/program/command_line.h"
#include "common/program/version.h"
#include "common/rpc/address.h"
#include "common/rpc/channel.h"
#include "common/rpc/flags.h"
#include "common/rpc/watched_pem.h"
#include "common/trace/flag.h"
#include "spdlog/spdlog.h"
#include "worker/agent/agent.h"
#include "worker/agent/coordinator_link.h"
#include "worker/agent/local_engine.h"
#include "worker/agent/signals.h"
#include "worker/cuda/device.h"
#include "worker/cuda/device_name.h"
#include "worker/engine/fingerprint.h"
#include "worker/eval/local_units.h"
#include "worker/metrics/worker_routes.h"
#include "worker/plugin/plugin_table.h"

namespace paceline {
namespace {

enum ExitStatus {
  kLeft = 0,         // told to stop, and drained
  kCannotStart = 1,  // an address or a certificate that cannot be used
  kUsage = 2,
  kDismissed = 3,
};

constexpr char kFooter[] =
    "SIGTERM or SIGINT: finish the windows in progress, save all blocks, leave, exit; what is not\n"
    "finished within the grace time is left to other workers; a second signal exits at once.\n"
    "Exit status: 0 left when told to, 1 could not start, 2 wrong command line,\n"
    "3 dismissed by the coordinator, 128+n ended at once by signal n.";

struct Flags {
  std::string coordinator;
  TlsFlags tls;
  std::string http;  // empty: nowhere
  std::string device = "cpu";
  std::optional<int> threads;
  std::optional<int> unit_threads;
  std::string name;
  std::string memory;  // empty: what the machine has left
  std::string data_dir = "/usr/share/datasets";
  std::vector<std::string> plugins;
  std::string snapshots;  // empty: none
  int snapshot_every = 20;
  int grace_seconds = 30;
  LogFlags log;
  std::string trace;
};

std::string DefaultName() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return std::string(host.data()) + "-" + std::to_string(getpid());
}

// On a GPU threads only keep its queue full.
constexpr int kCudaThreads = 16;

int ThreadsOf(const Flags& flags, bool cuda) {
  const unsigned own = cuda ? kCudaThreads : std::thread::hardware_concurrency();
  return flags.threads.value_or(static_cast<int>(std::max(1u, own)));
}

int UnitThreadsOf(const Flags& flags, int threads) {
  const int own = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return flags.unit_threads.value_or(flags.threads ? threads : std::min(threads, own));
}

std::string CheckDevice(const std::string& device) {
  return std::string(cuda::ParseDeviceName(device).status().message());
}

void AddFlags(Command& app, Flags& flags) {
  AddCoordinatorFlag(app, flags.coordinator);
  AddTlsFlags(app, flags.tls);
  AddTokenFlag(app, flags.tls);
  app.AddOption("--http", flags.http,
                "Where to answer GET /healthz, /readyz and /metrics, in the clear; a port alone is "
                "one of this machine's (default: nowhere)")
      .TypeName("HOST:PORT");
  app.AddOption("--device", flags.device, "What computes: cpu, cuda (the first GPU) or cuda:N")
      .Check(CheckDevice)
      .ShowDefault();
  app.AddOption("--threads", flags.threads,
                "Blocks computed at a time (default: the processor's threads; 16 on a GPU)")
      .Range(1, 1024);
  app.AddOption("--evaluation-threads", flags.unit_threads,
                "Units of evaluations computed at a time, on the processor; 0: none (default: as "
                "--threads, at most the processor's threads)")
      .Range(0, 1024);
  app.AddOption("--memory", flags.memory,
                "What may be used, 16G or 500M (default: what the machine or the control group has "
                "left)")
      .Check(CheckMemoryFlag)
      .TypeName("SIZE");
  app.AddOption("--name", flags.name, "Shown to people (default: host name and process id)");
  app.AddOption("--data-dir", flags.data_dir, "Folder with the data sets, one folder each")
      .ExistingFolder()
      .ShowDefault();
  AddPluginFlag(app, flags.plugins);
  app.AddOption("--snapshots", flags.snapshots,
                "Folder, perhaps shared by all workers, where blocks are saved so that another "
                "worker can go on with them (default: none; a block that moves is replayed)")
      .TypeName("DIR");
  app.AddOption("--snapshot-every", flags.snapshot_every,
                "Windows of a block between two snapshots")
      .Range(1, 1'000'000)
      .ShowDefault();
  app.AddOption("--grace", flags.grace_seconds,
                "Seconds that the windows in progress have to end after SIGTERM or SIGINT")
      .Range(0, 86'400)
      .ShowDefault();
  AddLogFlags(app, flags.log);
  AddTraceFlag(app, flags.trace);
  app.Footer(kFooter);
}

// Of the GPU where there is one: there the inner runs live.
uint64_t MemoryOf(const Flags& flags, const cuda::Device* device) {
  if (!flags.memory.empty()) return ParseBytes(flags.memory).value_or(0);
  if (device == nullptr) return AvailableMemory();
  const auto memory = device->Memory();
  return memory.ok() ? memory->free_bytes : 0;
}

using Fingerprints = google::protobuf::RepeatedPtrField<v1::TierFingerprint>;

void AddFingerprints(const cuda::Device* device, Fingerprints& fingerprints) {
  for (const auto& [tier, fingerprint] : EngineFingerprints(device)) {
    v1::TierFingerprint& own = *fingerprints.Add();
    own.set_tier(tier);
    own.set_fingerprint(fingerprint);
  }
}

// "AMD EPYC 7B13, AVX2", "NVIDIA H200".
std::string DeviceText(const cuda::Device* device) {
  if (device != nullptr) return device->info().name;
  return ProcessorName() + ", " + lane::TargetName(lane::ActiveTarget());
}

v1::Hello ToHello(const Flags& flags, int threads, uint64_t memory, const cuda::Device* device,
                  const PluginTable& plugins) {
  v1::Hello hello;
  hello.set_protocol(kProtocolVersion);
  hello.set_oldest_protocol(kOldestProtocolVersion);
  hello.set_name(flags.name.empty() ? DefaultName() : flags.name);
  hello.set_threads(threads);
  hello.set_memory_bytes(memory);
  hello.set_version(ShortVersionText("paceline-worker"));
  hello.set_device(DeviceText(device));
  AddFingerprints(device, *hello.mutable_fingerprints());
  for (const std::string& digest : plugins.digests()) hello.add_plugins(digest);
  if (const int units = UnitThreadsOf(flags, threads); units > 0) {
    hello.mutable_units()->set_threads(units);
    AddFingerprints(nullptr, *hello.mutable_units()->mutable_fingerprints());
  }
  return hello;
}

int CannotStart(const absl::Status& status, const char* advice = "") {
  LogComplaint("paceline-worker", std::string(status.message()) + advice);
  return kCannotStart;
}

// Null without --snapshots.
std::unique_ptr<BlockKeeper> OpenSnapshots(const Flags& flags) {
  if (flags.snapshots.empty()) return nullptr;
  SnapshotFolder folder(flags.snapshots);
  folder.RemoveLeftBehind(Clock::Real().UnixMillis());
  return std::make_unique<BlockKeeper>(flags.snapshots, flags.snapshot_every);
}

// Calls `over` after that time, unless it is destroyed before; where that does not end the program,
// for it is stuck in the network, it is ended.
class GraceTime {
 public:
  GraceTime(std::chrono::seconds length, std::function<void()> over)
      : length_(length), over_(std::move(over)) {}
  void Begin() {
    thread_ = std::jthread([this](const std::stop_token& stop) {
      if (!Wait(stop, length_)) return;
      over_();
      if (!Wait(stop, kStuck)) return;
      spdlog::warn("the coordinator does not take the last messages: they are lost");
      LeaveAtOnce();
    });
  }
  // Windows cannot be interrupted.
  [[noreturn]] static void LeaveAtOnce() {
    spdlog::shutdown();
    std::_Exit(kLeft);
  }

 private:
  static constexpr std::chrono::seconds kStuck{10};
  // False if there is nothing to wait for any more.
  bool Wait(const std::stop_token& stop, std::chrono::seconds length) {
    std::unique_lock lock(mutex_);
    std::condition_variable_any().wait_for(lock, stop, length, [] { return false; });
    return !stop.stop_requested();
  }

  const std::chrono::seconds length_;
  const std::function<void()> over_;
  std::mutex mutex_;
  std::jthread thread_;
};

// LinkOptions::reopen.
std::function<std::shared_ptr<grpc::Channel>()> ReopenWhenReplaced(const Flags& flags) {
  auto files = std::make_shared<WatchedPem>(flags.tls, PemFiles(), [](const absl::Status& status) {
    if (!status.ok()) {
      spdlog::warn("new TLS files are not taken: {}", std::string(status.message()));
    }
  });
  files->TakeNew();  // the first ones
  return [files, &flags]() -> std::shared_ptr<grpc::Channel> {
    if (!files->TakeNew()) return nullptr;
    auto channel = OpenChannel(flags.coordinator, flags.tls, ChannelUse::kWork);
    return channel.ok() ? *std::move(channel) : nullptr;
  };
}

WorkerSources SourcesOf(Agent& agent, CoordinatorLink& link, const cuda::Device* device) {
  WorkerSources sources{.agent = [&agent] { return agent.Numbers(); },
                        .link = [&link] { return link.Numbers(); },
                        .device = DeviceText(device)};
  if (device == nullptr) return sources;
  sources.memory = [device]() -> absl::StatusOr<DeviceMemory> {
    const auto memory = device->Memory();
    if (!memory.ok()) return memory.status();
    return DeviceMemory{.free_bytes = memory->free_bytes, .total_bytes = memory->total_bytes};
  };
  return sources;
}

// Null where it was not asked for.
absl::StatusOr<std::unique_ptr<HttpServer>> StartHttp(const std::string& where,
                                                      const WorkerSources& sources) {
  if (where.empty()) return nullptr;
  const auto address = ParseAddress(where);
  if (!address.ok()) return address.status();
  HttpRoutes routes;
  const Build build = BuildOf();
  AddWorkerRoutes({"paceline-worker", build.version, build.commit}, sources, routes);
  auto server = HttpServer::Start(*address, std::move(routes));
  if (!server.ok()) return server.status();
  if (!address->IsLoopback()) spdlog::warn("HTTP is in the clear, for whoever reaches {}", where);
  spdlog::info("metrics at http://{}/metrics", (*server)->address().ToString());
  return server;
}

int Run(const Flags& flags) {
  std::shared_ptr<const cuda::Device> device;  // null: the processor
  if (const auto name = cuda::ParseDeviceName(flags.device); name->is_cuda) {
    auto opened = cuda::Device::Open(name->index);
    if (!opened.ok()) return CannotStart(opened.status(), "; give --device cpu");
    device = *std::move(opened);
  }
  auto plugins = PluginTable::Load(flags.plugins);
  if (!plugins.ok()) return CannotStart(plugins.status());
  if (device != nullptr && plugins->has_tasks()) {
    return CannotStart(absl::InvalidArgumentError("tasks of plug-ins do not run on a GPU"),
                       "; give --device cpu");
  }
  const int threads = ThreadsOf(flags, device != nullptr);
  auto channel = OpenChannel(flags.coordinator, flags.tls, ChannelUse::kWork);
  if (!channel.ok()) return CannotStart(channel.status());
  LinkOptions options;
  options.address = flags.coordinator;
  options.tls = flags.tls;
  options.resident_bytes = OwnResidentBytes;
  if (flags.tls.any()) options.reopen = ReopenWhenReplaced(flags);
  const uint64_t memory = MemoryOf(flags, device.get());
  options.hello = ToHello(flags, threads, memory, device.get(), *plugins);
  SetProgramLogFields({{"worker", options.hello.name()}});
  auto tracing = Tracing::Begin(
      flags.trace,
      {.service = "paceline-worker", .instance = options.hello.name(), .pid = getpid()});
  if (!tracing.ok()) return CannotStart(tracing.status());
  spdlog::info("{} with {} threads and {} of memory", options.hello.name(), threads,
               BytesText(memory));
  for (const v1::TierFingerprint& own : options.hello.fingerprints()) {
    spdlog::info("engine {}", own.fingerprint());
  }
  for (const auto& [digest, own] : plugins->plugins()) {
    spdlog::info("plug-in {} with digest {}", own.path, digest);
  }
  const int unit_threads = static_cast<int>(options.hello.units().threads());
  CoordinatorLink link(*channel, std::move(options), Clock::Real(), tracing->tracer());
  GraceTime grace(std::chrono::seconds(flags.grace_seconds), [&] { link.GiveUp(); });
  // Outlives the agent, so that a second signal ends a worker whose last windows take too long.
  SignalWatcher signals([&](int signal) {
    spdlog::info("told to stop by signal {}: finishing the windows in progress", signal);
    link.Drain();
    grace.Begin();
  });
  const auto fetch = [&](const std::string& job, int64_t first, int64_t last) {
    return link.Fetch(job, first, last);
  };
  const auto data = std::make_shared<DataStore>(flags.data_dir, CacheFolder(), *std::move(plugins));
  Agent agent(
      threads, LocalEngine(data, {.device = device, .memory = memory, .threads = threads}),
      {.send = [&](v1::WorkerMessage message) { link.Send(std::move(message)); }, .fetch = fetch},
      Clock::Real(),
      {.engine = unit_threads > 0 ? LocalUnits(data) : nullptr, .threads = unit_threads},
      OpenSnapshots(flags), tracing->tracer());
  const auto http = StartHttp(flags.http, SourcesOf(agent, link, device.get()));
  if (!http.ok()) return CannotStart(http.status());
  const absl::Status status = link.Run(agent);
  if (status.ok()) {
    spdlog::info("left");
    return kLeft;
  }
  if (absl::IsDeadlineExceeded(status)) {
    spdlog::warn("left after the grace time of {} s: what was in progress is left to others",
                 flags.grace_seconds);
    GraceTime::LeaveAtOnce();
  }
  spdlog::error("dismissed by the coordinator: {}", std::string(status.message()));
  return kDismissed;
}

int Main(int argc, char** argv) {
  HoldStopSignals();
  // A reader of our log that goes away must not take the worker with it.
  std::signal(SIGPIPE, SIG_IGN);
  Flags flags;
  Command app("Computes blocks of inner training runs for a coordinator.", "paceline-worker");
  AddFlags(app, flags);
  if (const auto ended = ParseProgram(app, argc, argv)) {
    return CloseStandardOutput("paceline-worker", *ended);
  }
  // What gRPC has to say on standard error is no JSON.
  if (flags.log.json()) setenv("GRPC_VERBOSITY", "NONE", 0);
  SetUpLog("worker", flags.log);
  if (const auto http = ParseAddress(flags.http); !flags.http.empty() && !http.ok()) {
    CannotStart(http.status());
    return kUsage;
  }
  return Run(flags);
}

}  // namespace
}  // namespace paceline

int main(int argc, char** argv) { return paceline::Main(argc, argv); }
