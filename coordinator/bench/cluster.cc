// Many workers at once: the coordinator program, and simulated workers in this process.
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "common/config/config.h"
#include "common/rpc/socket.h"
#include "coordinator/bench/scratch_folder.h"
#include "coordinator/bench/sections.h"
#include "coordinator/cli/client/client.h"
#include "coordinator/cli/local/local_cluster.h"
#include "coordinator/load/fleet.h"
#include "coordinator/load/measured.h"
#include "coordinator/load/toy_job.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

constexpr int kWorkers = 1000, kThetaWorkers = 200;
constexpr int64_t kWarmSteps = 5, kSteps = 60;
constexpr std::chrono::seconds kPatience{120};
constexpr std::chrono::milliseconds kLookEvery{50};
constexpr double kMiB = 1 << 20;

class Bench {
 public:
  explicit Bench(const TakeRow& take) : take_(take) {}

  absl::Status Start(const std::string& program_folder, Fleet::Options fleet, const ToyJob& job) {
    what_ = fmt::format("{} workers", fleet.workers);
    job_ = job;
    if (folder_.path().empty())
      return absl::PermissionDeniedError("cannot make a temporary folder");
    auto cluster = LocalCluster::Start(
        {.program_folder = program_folder, .data = folder_.path(), .workers = 0});
    if (!cluster.ok()) return cluster.status();
    cluster_ = *std::move(cluster);
    auto client = JobClient::Open({.coordinator = cluster_->address(), .tls = {}});
    if (!client.ok()) return client.status();
    client_ = *std::move(client);
    fleet.address = cluster_->address();
    fleet_.emplace(std::move(fleet));
    if (!fleet_->WaitForWelcome(kPatience)) {
      return absl::DeadlineExceededError("the workers were not welcomed in time");
    }
    idle_bytes_ = ResidentBytes(pid());
    v1::SubmitRequest request;
    request.set_source_yaml(YamlOf(job));
    *request.mutable_config() = ParseConfig(request.source_yaml(), "bench").config;
    const auto name = client_->Submit(request);
    if (!name.ok()) return name.status();
    name_ = *name;
    return absl::OkStatus();
  }

  absl::Status WaitForStep(int64_t step) {
    const SteadyTime deadline = Clock::Real().Now() + kPatience;
    while (Clock::Real().Now() < deadline) {
      const auto detail = client_->Show(name_);
      if (!detail.ok()) return detail.status();
      if (detail->summary().step() >= step) return absl::OkStatus();
      std::this_thread::sleep_for(kLookEvery);
    }
    return absl::DeadlineExceededError(fmt::format("outer step {} was not done in time", step));
  }

  // Of the outer steps since Forget.
  double StepSeconds() {
    const Fleet::StepTimes times = fleet_->step_times();
    if (times.size() < 2) return 0;
    const auto first = *times.begin(), last = *times.rbegin();
    return std::chrono::duration<double>(last.second - first.second).count() /
           static_cast<double>(last.first - first.first);
  }

  void Tell(const std::string& name, double value, const char* unit) {
    take_({{"section", "cluster"},
           {"name", fmt::format("{}, {}", name, what_)},
           {"threads", 1},
           {"value", value},
           {"unit", unit}});
  }
  void TellMemory(const std::string& name, uint64_t bytes) {
    Tell(name, static_cast<double>(bytes) / kMiB, "MiB");
  }

  Fleet& fleet() { return *fleet_; }
  pid_t pid() const { return cluster_->coordinator_pid(); }
  uint64_t idle_bytes() const { return idle_bytes_; }

 private:
  const TakeRow& take_;
  const ScratchFolder folder_;
  std::unique_ptr<LocalCluster> cluster_;
  std::unique_ptr<JobClient> client_;
  std::optional<Fleet> fleet_;
  ToyJob job_;
  std::string what_, name_;
  uint64_t idle_bytes_ = 0;
};

// Spread over so long, so that a thousand answers come at some 5,000 a second.
std::chrono::milliseconds Spread(int worker) {
  return std::chrono::milliseconds(worker * 7919 % 160);
}

absl::Status ManyWorkers(const std::string& program_folder, bool paced, const TakeRow& take) {
  Bench bench(take);
  const ToyJob job{.particles = 4096, .block = 4, .steps = kSteps};
  Fleet::Options fleet{.workers = kWorkers, .ask_every = 20};
  if (paced) fleet.compute = Spread;
  absl::Status done = bench.Start(program_folder, std::move(fleet), job);
  if (done.ok()) done = bench.WaitForStep(kWarmSteps);
  if (!done.ok()) return done;
  bench.fleet().Forget();
  const double cpu = CpuSeconds(bench.pid());
  done = bench.WaitForStep(kSteps);
  if (!done.ok()) return done;
  const std::vector<double> answers = bench.fleet().answer_seconds();
  const double step = bench.StepSeconds();
  const double results = static_cast<double>(job.particles / job.block) * (kSteps - kWarmSteps);
  const std::string how = paced ? " (paced)" : "";
  bench.Tell("outer step of 4096 particles" + how, 1e3 * step, "ms");
  bench.Tell("results stored" + how, job.particles / job.block / step, "1/s");
  bench.Tell("an answer until one behind it is answered, median" + how,
             1e3 * Quantile(answers, 0.5), "ms");
  bench.Tell("the same, 99th percentile" + how, 1e3 * Quantile(answers, 0.99), "ms");
  bench.Tell("a step's last answer until the next step's work, median" + how,
             1e3 * Quantile(bench.fleet().turn_seconds(), 0.5), "ms");
  bench.Tell("coordinator's processor time for a result" + how,
             1e6 * (CpuSeconds(bench.pid()) - cpu) / results, "us");
  bench.TellMemory("coordinator's memory" + how, PeakResidentBytes(bench.pid()));
  bench.Tell("coordinator's threads" + how, CountThreads(bench.pid()), "");
  return absl::OkStatus();
}

absl::Status LargeTheta(const std::string& program_folder, const TakeRow& take) {
  Bench bench(take);
  const ToyJob job{.particles = kThetaWorkers, .block = 1, .steps = 3, .large_theta = true};
  absl::Status done = bench.Start(program_folder,
                                  {.workers = kThetaWorkers,
                                   // They share this machine's memory, so not all at once.
                                   .pause = [](int i) { return std::chrono::milliseconds(5 * i); }},
                                  job);
  if (done.ok()) done = bench.WaitForStep(job.steps);
  if (!done.ok()) return done;
  bench.Tell("outer step with a θ of 9.3 MB", 1e3 * bench.StepSeconds(), "ms");
  bench.TellMemory("θ sent", static_cast<uint64_t>(bench.fleet().theta_bytes()));
  bench.TellMemory("coordinator's memory at first", bench.idle_bytes());
  bench.TellMemory("coordinator's memory at most", PeakResidentBytes(bench.pid()));
  return absl::OkStatus();
}

constexpr char kRealJob[] = R"(
name: wide
seed: 29
optimizer: {adafac_mlp: {hidden: 4}}
tasks: [{quadratic: {dimension: 10, kind: target}}]
episode: {constant: {steps: 50}}
estimator: {nres: {window: 5, sigma: 0.01}, particles: 4096, block: 8}
outer: {steps: 20, optimizer: {adam: {learning_rate: 1.0e-2}}}
)";

absl::Status RealWorkers(const std::string& program_folder, const TakeRow& take) {
  const ScratchFolder folder;
  if (folder.path().empty()) return absl::PermissionDeniedError("cannot make a temporary folder");
  auto cluster =
      LocalCluster::Start({.program_folder = program_folder, .data = folder.path(), .workers = 2});
  if (!cluster.ok()) return cluster.status();
  const auto client = JobClient::Open({.coordinator = (*cluster)->address(), .tls = {}});
  if (!client.ok()) return client.status();
  v1::SubmitRequest request;
  request.set_source_yaml(kRealJob);
  *request.mutable_config() = ParseConfig(request.source_yaml(), "bench").config;
  const auto job = (*client)->Submit(request);
  if (!job.ok()) return job.status();
  v1::JobSummary summary;
  for (const SteadyTime deadline = Clock::Real().Now() + kPatience;
       summary.ended_unix_ms() == 0 && Clock::Real().Now() < deadline;) {
    const auto detail = (*client)->Show(*job);
    if (!detail.ok()) return detail.status();
    summary = detail->summary();
    std::this_thread::sleep_for(kLookEvery);
  }
  if (summary.ended_unix_ms() == 0)
    return absl::DeadlineExceededError("the job did not end in time");
  take({{"section", "cluster"},
        {"name", "outer step of 4096 particles, 2 worker processes"},
        {"threads", 1},
        {"value", static_cast<double>(summary.ended_unix_ms() - summary.started_unix_ms()) /
                      static_cast<double>(summary.steps())},
        {"unit", "ms"}});
  return absl::OkStatus();
}

}  // namespace

absl::Status RunClusterSection(const std::string& program_folder, const TakeRow& take) {
  RaiseDescriptorLimit();
  absl::Status done = ManyWorkers(program_folder, /*paced=*/false, take);
  if (done.ok()) done = ManyWorkers(program_folder, /*paced=*/true, take);
  if (done.ok()) done = RealWorkers(program_folder, take);
  return done.ok() ? LargeTheta(program_folder, take) : done;
}

}  // namespace paceline
