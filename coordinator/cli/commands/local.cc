#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "common/command/plugin_flag.h"
#include "common/footprint/footprint.h"
#include "common/footprint/machine_memory.h"
#include "common/log/flags.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/config_source.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/commands/export.h"
#include "coordinator/cli/commands/follow.h"
#include "coordinator/cli/commands/submit.h"
#include "coordinator/cli/local/interrupt.h"
#include "coordinator/cli/local/local_cluster.h"
#include "coordinator/cli/view/text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

constexpr int kMaxWorkers = 256;

struct LocalOptions {
  ConfigSource source;
  int workers = 2;
  int threads_per_worker = 0;  // 0: the machine's threads, shared out
  std::string memory;          // empty: what the machine has left
  std::string data;
  std::string data_sets;
  std::vector<std::string> plugins;
  std::string http;
  LogFlags log;
  bool trace = false;
};

// The first of paceline-runs/NAME-1, NAME-2, ... that this call could make.
absl::StatusOr<std::string> NewRunFolder(const std::string& name) {
  std::error_code error;
  std::filesystem::create_directories("paceline-runs", error);
  for (int number = 1; !error; ++number) {
    const std::string folder = fmt::format("paceline-runs/{}-{}", name, number);
    if (std::filesystem::create_directory(folder, error)) return folder;
  }
  return absl::PermissionDeniedError(fmt::format(
      "cannot make a folder in paceline-runs here ({}); say where with --data", error.message()));
}

// ResourceExhausted if the workers together cannot hold all blocks of the job.
absl::Status CheckMemory(const v1::JobConfig& config, const LocalClusterOptions& cluster,
                         uint64_t memory) {
  const uint64_t each = memory / static_cast<uint64_t>(cluster.workers);
  const int threads = cluster.threads_per_worker;
  if (absl::Status fits = CheckFits(config, each, threads); !fits.ok()) return fits;
  const Footprint footprint = FootprintOf(config);
  const uint64_t room =
      BlocksThatFit(footprint, each, threads) * static_cast<uint64_t>(cluster.workers);
  if (room >= footprint.blocks) return absl::OkStatus();
  return absl::ResourceExhaustedError(fmt::format(
      "the job does not fit: its {} blocks of {} take {} on {} worker{}, which may use {} in all "
      "and hold {} blocks: at most {} particles",
      footprint.blocks, config.estimator().block(),
      BytesText(footprint.block_bytes * footprint.blocks), cluster.workers,
      cluster.workers == 1 ? "" : "s", BytesText(memory), room, room * config.estimator().block()));
}

LocalClusterOptions ClusterOptions(const Context& context, const LocalOptions& options,
                                   uint64_t memory) {
  const int shared = static_cast<int>(std::thread::hardware_concurrency()) / options.workers;
  return {.program_folder = context.environment.program_folder,
          .data = options.data,
          .workers = options.workers,
          .threads_per_worker =
              options.threads_per_worker > 0 ? options.threads_per_worker : std::max(shared, 1),
          .data_sets = options.data_sets,
          .plugins = options.plugins,
          .memory_per_worker =
              memory > 0 ? fmt::format("{}", memory / static_cast<uint64_t>(options.workers)) : "",
          .http = options.http,
          .log_format = options.log.format,
          .trace = options.trace};
}

// The first Ctrl-C cancels the job, which then ends in good order; the second does not wait for
// that.
class InterruptPolicy {
 public:
  InterruptPolicy(JobClient& client, std::string job) : client_(client), job_(std::move(job)) {}

  // What to tell the user.
  absl::StatusOr<std::string> Check() {
    const int count = InterruptScope::count();
    if (count == 0) return "";
    if (count > 1) return absl::CancelledError("interrupted twice; the job did not end in order");
    if (!std::exchange(cancelling_, true)) {
      if (auto cancelled = client_.Cancel(job_); !cancelled.ok()) return cancelled.status();
    }
    return "interrupted: cancelling the job (again to leave at once)";
  }
  bool cancelling() const { return cancelling_; }

 private:
  JobClient& client_;
  const std::string job_;
  bool cancelling_ = false;
};

void PrintPlaces(const Context& context, const v1::JobDetail& detail, const std::string& data,
                 const std::string& theta) {
  const std::string& folder = detail.folder();
  context.out() << fmt::format(
      "\nlearned optimizer  {}\ncheckpoints        {}/checkpoints\nouter-loss log     "
      "{}/log.jsonl\n"
      "TensorBoard        tensorboard --logdir {}/tensorboard\nprograms' logs     {}/logs\n"
      "evaluate it with   paceline eval {}\n",
      theta, folder, folder, folder, data, theta);
}

absl::StatusOr<ExitStatus> FollowToEnd(const Context& context, LocalCluster& cluster,
                                       JobClient& client, const std::string& job) {
  InterruptPolicy interrupts(client, job);
  const auto watcher = client.Watch(job, 0);
  const auto state = Follow(context, *watcher, [&]() -> absl::StatusOr<std::string> {
    if (absl::Status running = cluster.Check(); !running.ok()) return running;
    return interrupts.Check();
  });
  if (!state.ok()) return state.status();
  return interrupts.cancelling() ? kExitInterrupted : ExitStatusOf(*state);
}

absl::Status ExportAndTell(const Context& context, JobClient& client, const std::string& job,
                           const std::string& data) {
  const auto detail = client.Show(job);
  if (!detail.ok()) return detail.status();
  const std::string path = fmt::format("{}/{}.safetensors", data, job);
  const auto theta = ExportTheta(client, job, std::nullopt, path, kReplace);
  if (!theta.ok()) return theta.status();
  if (context.json) {
    const nlohmann::ordered_json written = {
        {"job", job}, {"step", theta->step()}, {"digest", theta->digest()}, {"written", path}};
    context.out() << written.dump() << "\n";
  } else {
    PrintPlaces(context, *detail, data, path);
  }
  return absl::OkStatus();
}

absl::StatusOr<ExitStatus> RunJob(const Context& context, LocalCluster& cluster,
                                  const LoadedConfig& loaded, const std::string& data) {
  const auto client = JobClient::Open({.coordinator = cluster.address(), .tls = {}});
  if (!client.ok()) return client.status();
  const absl::StatusOr<std::string> job = SubmitLoaded(**client, loaded);
  if (!job.ok()) return job.status();
  absl::StatusOr<ExitStatus> result = FollowToEnd(context, cluster, **client, *job);
  if (!result.ok()) return result;
  if (absl::Status told = ExportAndTell(context, **client, *job, data); !told.ok()) return told;
  return result;
}

absl::StatusOr<ExitStatus> Local(const Context& context, const LocalOptions& options) {
  const absl::StatusOr<LoadedConfig> loaded = Load(options.source);
  if (!loaded.ok()) return loaded.status();
  const uint64_t memory =
      options.memory.empty() ? AvailableMemory() : ParseBytes(options.memory).value_or(0);
  LocalClusterOptions chosen = ClusterOptions(context, options, memory);
  if (memory > 0) {
    if (absl::Status fits = CheckMemory(loaded->config, chosen, memory); !fits.ok()) return fits;
  }
  if (!context.json) context.out() << "memory: " << FootprintText(loaded->config) << std::endl;
  if (chosen.data.empty()) {
    auto folder = NewRunFolder(loaded->config.name());
    if (!folder.ok()) return folder.status();
    chosen.data = *std::move(folder);
  }
  const InterruptScope interrupts;
  const auto cluster = LocalCluster::Start(chosen);
  if (!cluster.ok()) return cluster.status();
  if (const std::string& url = (*cluster)->dashboard(); !context.json && !url.empty()) {
    context.out() << "dashboard: " << url << "/" << std::endl;
  }
  auto result = RunJob(context, **cluster, *loaded, chosen.data);
  if (InterruptScope::count() > 1) (*cluster)->Kill();
  return result;
}

}  // namespace

void AddLocal(Command& app, Context& context) {
  auto options = std::make_shared<LocalOptions>();
  Command& command = AddCommand(
      app, context, "local",
      "Run a job on this machine alone: starts a coordinator and workers, follows the job to its "
      "end, exports what it learned, and stops them",
      [&context, options] { return Local(context, *options); });
  AddConfigFlags(command, options->source);
  command.AddOption("--workers", options->workers, "Worker processes")
      .Range(1, kMaxWorkers)
      .ShowDefault();
  command
      .AddOption("--threads-per-worker", options->threads_per_worker,
                 "Default: this machine's threads, shared out among the workers")
      .Range(1, 1024);
  command
      .AddOption("--memory", options->memory,
                 "What the workers may use together, 16G or 500M (default: what the machine has "
                 "left)")
      .Check(CheckMemoryFlag)
      .TypeName("SIZE");
  command
      .AddOption("--data", options->data,
                 "The coordinator's folder, new or of an earlier run (default: a new one in "
                 "paceline-runs)")
      .TypeName("DIR");
  command
      .AddOption("--data-dir", options->data_sets,
                 "Folder with the data sets, one folder each (default: /usr/share/datasets)")
      .ExistingFolder()
      .TypeName("DIR");
  AddPluginFlag(command, options->plugins);
  command
      .AddOption("--http", options->http,
                 "Where the coordinator shows its dashboard; none is nowhere (default: "
                 "127.0.0.1:7780, or a free port)")
      .TypeName("HOST:PORT");
  AddLogFormatFlag(command, options->log);
  command.AddFlag("--trace", options->trace,
                  "Record spans of coordinator and workers, as the folder traces of --data");
  command.AddFlag(
      "--json", context.json,
      "Print a JSON object per line and progress message, then one of what was exported");
}

}  // namespace paceline
