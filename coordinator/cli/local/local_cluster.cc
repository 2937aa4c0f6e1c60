#include "coordinator/cli/local/local_cluster.h"

#include <sys/stat.h>

#include <csignal>
#include <optional>
#include <tuple>

#include "common/base/file.h"
#include "fmt/format.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kStartPatience(60);
constexpr milliseconds kLookAgainAfter(20);
constexpr seconds kWorkerGrace(5);
constexpr seconds kCoordinatorGrace(20);
constexpr size_t kLogTailBytes = 1000;

// Tells one version of a file from the next one that takes its name.
using FileVersion = std::tuple<ino_t, time_t, long>;
std::optional<FileVersion> VersionOf(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return std::nullopt;
  return FileVersion(info.st_ino, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

// Empty if there is no such file.
std::string FirstLine(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path, 1024);
  return text.ok() ? text->substr(0, text->find('\n')) : "";
}

std::string LogTail(const std::string& path) {
  const absl::StatusOr<std::string> log = ReadFile(path);
  if (!log.ok() || log->empty()) return fmt::format("its log {} is empty", path);
  const size_t begin = log->size() > kLogTailBytes ? log->size() - kLogTailBytes : 0;
  return fmt::format("the end of its log {}:\n{}", path, log->substr(begin));
}

absl::Status EndedByItself(const std::string& what, const std::string& how, ChildProcess& child) {
  return absl::InternalError(fmt::format("{} {}; {}", what, how, LogTail(child.log_path())));
}

// The address file of an earlier run may still be there: wait for a new one.
absl::StatusOr<std::string> WaitForAddress(const std::string& path,
                                           const std::optional<FileVersion>& old,
                                           ChildProcess& coordinator) {
  const auto deadline = std::chrono::steady_clock::now() + kStartPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    const std::optional<FileVersion> version = VersionOf(path);
    if (version && version != old) {
      absl::StatusOr<std::string> address = ReadFile(path, 1024);
      if (address.ok()) address->erase(address->find_last_not_of(" \n") + 1);
      return address;
    }
    if (const auto end = coordinator.WaitForEnd(kLookAgainAfter)) {
      return EndedByItself("paceline-coordinator", *end, coordinator);
    }
  }
  return absl::InternalError(fmt::format("paceline-coordinator did not start within {} s; {}",
                                         kStartPatience.count(), LogTail(coordinator.log_path())));
}

// Adds what a program logs and records.
void Observe(const LocalClusterOptions& options, const std::string& name,
             std::vector<std::string>& arguments) {
  arguments.insert(arguments.end(), {"--log-format", options.log_format});
  if (!options.trace) return;
  arguments.insert(arguments.end(),
                   {"--trace", fmt::format("{}/traces/{}.jsonl", options.data, name)});
}

}  // namespace

absl::StatusOr<std::unique_ptr<LocalCluster>> LocalCluster::Start(
    const LocalClusterOptions& options) {
  const std::string logs = options.data + "/logs";
  if (absl::Status made = MakeFolder(logs); !made.ok()) return made;
  const std::string address_path = options.data + "/address";
  const std::optional<FileVersion> old = VersionOf(address_path);
  if (options.trace) {
    if (absl::Status made = MakeFolder(options.data + "/traces"); !made.ok()) return made;
  }
  std::vector<std::string> arguments = {options.program_folder + "/paceline-coordinator", "--data",
                                        options.data, "--listen", "127.0.0.1:0"};
  if (!options.http.empty()) arguments.insert(arguments.end(), {"--http", options.http});
  Observe(options, "coordinator", arguments);
  auto coordinator = ChildProcess::Start(arguments, logs + "/coordinator.log");
  if (!coordinator.ok()) return coordinator.status();
  std::unique_ptr<LocalCluster> cluster(new LocalCluster(*std::move(coordinator)));
  auto address = WaitForAddress(address_path, old, cluster->coordinator_);
  if (!address.ok()) return address.status();
  cluster->address_ = *std::move(address);
  cluster->dashboard_ = FirstLine(options.data + "/http_address");
  if (absl::Status started = cluster->StartWorkers(options); !started.ok()) return started;
  return cluster;
}

absl::Status LocalCluster::StartWorkers(const LocalClusterOptions& options) {
  for (int i = 1; i <= options.workers; ++i) {
    std::vector<std::string> arguments = {options.program_folder + "/paceline-worker",
                                          "--coordinator", address_, "--threads",
                                          fmt::format("{}", options.threads_per_worker)};
    if (!options.memory_per_worker.empty()) {
      arguments.insert(arguments.end(), {"--memory", options.memory_per_worker});
    }
    if (!options.data_sets.empty()) {
      arguments.insert(arguments.end(), {"--data-dir", options.data_sets});
    }
    for (const std::string& plugin : options.plugins) {
      arguments.insert(arguments.end(), {"--task-plugin", plugin});
    }
    const std::string name = fmt::format("worker-{}", i);
    Observe(options, name, arguments);
    auto worker = ChildProcess::Start(arguments, fmt::format("{}/logs/{}.log", options.data, name));
    if (!worker.ok()) return worker.status();
    workers_.push_back(*std::move(worker));
  }
  return absl::OkStatus();
}

LocalCluster::~LocalCluster() {
  for (ChildProcess& worker : workers_) worker.Signal(SIGTERM);
  for (ChildProcess& worker : workers_) worker.Stop(kWorkerGrace);
  coordinator_.Stop(kCoordinatorGrace);
}

absl::Status LocalCluster::Check() {
  if (const auto end = coordinator_.WaitForEnd(milliseconds(0))) {
    return EndedByItself("paceline-coordinator", *end, coordinator_);
  }
  std::optional<std::string> end = "";
  for (ChildProcess& worker : workers_) {
    end = worker.WaitForEnd(milliseconds(0));
    if (!end) return absl::OkStatus();
  }
  return EndedByItself("the last paceline-worker", *end, workers_.back());
}

void LocalCluster::Kill() {
  for (ChildProcess& worker : workers_) worker.Stop(milliseconds(0));
  coordinator_.Stop(milliseconds(0));
}

}  // namespace paceline
