#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <thread>
#include <vector>

#include "common/config/config.h"
#include "common/text/job_state.h"
#include "coordinator/bench/scratch_folder.h"
#include "coordinator/bench/sections.h"
#include "coordinator/cli/client/client.h"
#include "coordinator/cli/client/job_watcher.h"
#include "coordinator/cli/local/local_cluster.h"
#include "coordinator/cli/view/text.h"
#include "coordinator/load/measured.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using Clock = std::chrono::steady_clock;

constexpr char kTask[] = "mlp:64-32-10", kOptimizer[] = "adafac_mlp";
constexpr int64_t kWarmSteps = 10;
// Rare enough to cost the coordinator nothing.
constexpr std::chrono::milliseconds kLookEvery{100};
constexpr std::chrono::seconds kPatience{300};

std::string JobYaml(const SystemOptions& options) {
  return fmt::format(
      "name: bench\nseed: 1\noptimizer: {{adafac_mlp: {{hidden: 4}}}}\n"
      "tasks:\n  - image_mlp: {{dataset: fashion_mnist, size: 8, hidden: [32], batch: 128}}\n"
      "episode: {{constant: {{steps: {}}}}}\n"
      "estimator: {{nres: {{window: {}, sigma: 0.01}}, particles: {}, block: 8}}\n"
      "outer: {{steps: {}, optimizer: {{adam: {{learning_rate: 0.001}}}}}}\n",
      20 * options.window, options.window, options.particles, options.steps);
}

struct Thread {
  double running = 0, waiting = 0;  // seconds on a core; seconds ready to run on a busy machine
};

std::map<std::string, Thread> ThreadsOf(pid_t pid) {
  std::map<std::string, Thread> threads;
  std::error_code error;
  for (const auto& task :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid), error)) {
    Thread thread;
    std::ifstream(task.path() / "schedstat") >> thread.running >> thread.waiting;
    threads[task.path().filename()] = {1e-9 * thread.running, 1e-9 * thread.waiting};
  }
  return threads;
}

struct Look {
  Clock::time_point when;
  double coordinator = 0, worker = 0;  // CPU seconds
  std::map<std::string, Thread> worker_threads;
};

Look LookAt(const LocalCluster& cluster) {
  return {Clock::now(), CpuSeconds(cluster.coordinator_pid()), CpuSeconds(cluster.worker_pid(0)),
          ThreadsOf(cluster.worker_pid(0))};
}

// The part of the time that the worker's computing threads (those that ran most) neither ran nor
// were ready to: they had nothing to do. Other programs on the machine do not change it.
double IdleFraction(const Look& begin, const Look& end, int threads) {
  std::vector<Thread> spent;
  for (const auto& [id, now] : end.worker_threads) {
    const auto then = begin.worker_threads.find(id);
    if (then == begin.worker_threads.end()) continue;
    spent.push_back({now.running - then->second.running, now.waiting - then->second.waiting});
  }
  std::ranges::sort(spent, std::greater<>(), &Thread::running);
  spent.resize(std::min(spent.size(), static_cast<size_t>(threads)));
  double busy = 0;
  for (const Thread& thread : spent) busy += thread.running + thread.waiting;
  return 1 - busy / (threads * std::chrono::duration<double>(end.when - begin.when).count());
}

// Waits until `step` outer steps are done or the job has ended.
absl::Status WaitForStep(LocalCluster& cluster, JobClient& client, const std::string& job,
                         int64_t step) {
  const auto deadline = Clock::now() + kPatience;
  while (Clock::now() < deadline) {
    if (absl::Status running = cluster.Check(); !running.ok()) return running;
    const auto detail = client.Show(job);
    if (!detail.ok()) return detail.status();
    const v1::JobSummary& summary = detail->summary();
    if (summary.step() >= step) return absl::OkStatus();
    if (HasEnded(summary.state())) {
      return absl::InternalError(
          fmt::format("the job {}: {}", StateWord(summary.state()), summary.message()));
    }
    std::this_thread::sleep_for(kLookEvery);
  }
  return absl::DeadlineExceededError(
      fmt::format("outer step {} was not done within {} s", step, kPatience.count()));
}

// Means over the outer steps after the first ones, from the job's log.
struct StepSeconds {
  double wall = 0;
  double coordinator = 0;  // of its one thread
};

absl::StatusOr<StepSeconds> ReadStepSeconds(const std::string& log) {
  std::ifstream file(log);
  StepSeconds sum;
  double steps = 0;
  for (std::string line; std::getline(file, line);) {
    const auto row = nlohmann::json::parse(line, nullptr, false);
    if (!row.is_object() || row.value("step", int64_t{0}) <= kWarmSteps) continue;
    sum.wall += row.value("seconds", 0.0);
    sum.coordinator += row.value("coordinator_seconds", 0.0);
    ++steps;
  }
  if (steps == 0) return absl::NotFoundError(fmt::format("{} has no outer steps", log));
  return StepSeconds{sum.wall / steps, sum.coordinator / steps};
}

}  // namespace

absl::Status RunSystemSection(const SystemOptions& options, const TakeRow& take) {
  const ScratchFolder folder;
  if (folder.path().empty()) return absl::PermissionDeniedError("cannot make a temporary folder");
  auto cluster = LocalCluster::Start({.program_folder = options.program_folder,
                                      .data = folder.path(),
                                      .workers = 1,
                                      .threads_per_worker = options.threads});
  if (!cluster.ok()) return cluster.status();
  const auto client = JobClient::Open({.coordinator = (*cluster)->address(), .tls = {}});
  if (!client.ok()) return client.status();
  v1::SubmitRequest request;
  request.set_source_yaml(JobYaml(options));
  *request.mutable_config() = ParseConfig(request.source_yaml(), "bench").config;
  const auto job = (*client)->Submit(request);
  if (!job.ok()) return job.status();

  absl::Status waited = WaitForStep(**cluster, **client, *job, kWarmSteps);
  if (!waited.ok()) return waited;
  const Look begin = LookAt(**cluster);
  waited = WaitForStep(**cluster, **client, *job, options.steps - 1);
  if (!waited.ok()) return waited;
  const Look end = LookAt(**cluster);
  waited = WaitForStep(**cluster, **client, *job, options.steps);
  if (!waited.ok()) return waited;
  const auto seconds = ReadStepSeconds(fmt::format("{}/jobs/{}/log.jsonl", folder.path(), *job));
  if (!seconds.ok()) return seconds.status();

  const double watched = std::chrono::duration<double>(end.when - begin.when).count();
  take({{"section", "system"},
        {"task", kTask},
        {"optimizer", kOptimizer},
        {"particles", options.particles},
        {"window", options.window},
        {"device", "cpu"},
        {"threads", options.threads},
        {"engine", "fused"},
        {"block", 8},
        {"inner_steps_per_s", 2.0 * options.particles * options.window / seconds->wall},
        {"outer_step_seconds", seconds->wall},
        {"coordinator_seconds", seconds->coordinator},
        // Of one core.
        {"coordinator_cpu", (end.coordinator - begin.coordinator) / watched},
        {"worker_cpu", (end.worker - begin.worker) / watched},
        {"worker_idle", IdleFraction(begin, end, options.threads)}});
  return absl::OkStatus();
}

}  // namespace paceline
