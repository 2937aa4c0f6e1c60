#include "worker/bench/engine_bench.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "common/footprint/footprint.h"
#include "common/footprint/machine_memory.h"
#include "common/footprint/tensors.h"
#include "common/tier/tier.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "worker/bench/flops.h"
#include "worker/bench/machine.h"
#include "worker/cuda/device_name.h"
#include "worker/engine/block.h"

namespace paceline {
namespace {

// Of the runs that are timed; no arithmetic hangs on it.
constexpr int64_t kEpisodeSteps = 1000;

using Clock = std::chrono::steady_clock;

struct BenchBlock {
  std::shared_ptr<const JobTask> task;
  std::unique_ptr<InnerRuns> runs;
  std::vector<RunTheta> thetas;  // [run]
  std::vector<float> losses;     // [run, step]
};

// All blocks of one case, and the threads on them.
class Population {
 public:
  Population(const v1::JobConfig& config, const JobContext& job)
      : config_(config), job_(job), theta_(InitialTheta(job.layout(), config.seed())) {}

  // Every run begins and takes a step, so that all memory is in use and no cache is cold.
  absl::Status Begin(int threads) {
    blocks_.resize(config_.estimator().particles() / config_.estimator().block());
    std::atomic<size_t> next = 0;
    OnThreads(threads, [&](int) {
      for (size_t i = next++; i < blocks_.size(); i = next++) Note(BeginBlock(i));
    });
    return status_;
  }

  // Inner steps a second, both signs: the sum of the threads' own rates, each up to the end of its
  // last window, so that no thread's wait for another is counted.
  absl::StatusOr<double> Measure(int threads, double seconds) {
    std::deque<size_t> waiting;
    for (size_t i = 0; i < blocks_.size(); ++i) waiting.push_back(i);
    std::vector<double> rates(threads, 0);
    const Clock::time_point begin = Clock::now();
    const auto elapsed = [&] {
      return std::chrono::duration<double>(Clock::now() - begin).count();
    };
    OnThreads(threads, [&](int thread) {
      uint64_t steps = 0;
      while (elapsed() < seconds) {
        const std::optional<size_t> block = Take(waiting);
        if (!block) return;  // fewer blocks than threads
        Note(Advance(blocks_[*block], window()));
        steps += TrainedSteps(blocks_[*block]);
        GiveBack(waiting, *block);
        rates[thread] = static_cast<double>(steps) / elapsed();
      }
    });
    if (!status_.ok()) return status_;
    double rate = 0;
    for (const double own : rates) rate += own;
    return rate;
  }

 private:
  int64_t window() const { return config_.estimator().nres().window(); }

  template <class Body>
  static void OnThreads(int threads, const Body& body) {
    std::vector<std::jthread> running;
    running.reserve(threads);
    for (int i = 0; i < threads; ++i) running.emplace_back(body, i);
  }

  void Note(const absl::Status& status) {
    if (status.ok()) return;
    const std::lock_guard lock(mutex_);
    status_.Update(status);
  }

  std::optional<size_t> Take(std::deque<size_t>& waiting) {
    const std::lock_guard lock(mutex_);
    if (waiting.empty()) return std::nullopt;
    const size_t block = waiting.front();
    waiting.pop_front();
    return block;
  }
  void GiveBack(std::deque<size_t>& waiting, size_t block) {
    const std::lock_guard lock(mutex_);
    waiting.push_back(block);
  }

  absl::Status BeginBlock(size_t index) {
    BenchBlock& block = blocks_[index];
    auto task = job_.TaskOf(0, static_cast<uint32_t>(index), /*episode=*/0);
    if (!task.ok()) return task.status();
    auto runs = job_.NewRuns(**task);
    if (!runs.ok()) return runs.status();
    block.task = *std::move(task);
    block.runs = *std::move(runs);
    const uint32_t particles = config_.estimator().block();
    const auto sigma = static_cast<float>(config_.estimator().nres().sigma());
    for (uint32_t i = 0; i < particles; ++i) {
      const auto particle = static_cast<uint32_t>(index) * particles + i;
      const Stream stream{
          .key = config_.seed(), .purpose = Purpose::kPerturbation, .particle = particle};
      for (const float scale : {sigma, -sigma}) {
        const auto run = static_cast<int>(block.thetas.size());
        block.thetas.push_back({theta_, stream, scale});
        absl::Status status = block.runs->Start(run, {config_.seed(), particle, 0}, kEpisodeSteps);
        if (!status.ok()) return status;
      }
    }
    return Advance(block, 1);
  }

  static absl::Status Advance(BenchBlock& block, int64_t steps) {
    block.losses.resize(block.thetas.size() * static_cast<size_t>(steps));
    return block.runs->Advance(block.thetas, steps, block.losses);
  }

  // A run that diverged stands still, which is no work.
  static uint64_t TrainedSteps(const BenchBlock& block) {
    return static_cast<uint64_t>(
        std::ranges::count_if(block.losses, [](float loss) { return std::isfinite(loss); }));
  }

  const v1::JobConfig& config_;
  const JobContext& job_;
  const std::vector<float> theta_;
  std::vector<BenchBlock> blocks_;
  std::mutex mutex_;
  absl::Status status_;  // guarded by mutex_ while threads run
};

// From data sheets (A100 SXM, H100 SXM), as far as multiprocessors tell: a GPU is not measured.
MachineLimits NominalLimits(const cuda::DeviceInfo& info) {
  const bool hopper = info.major >= 9;
  const double lanes = hopper ? 128 : 64, gigahertz = hopper ? 1.98 : 1.41;
  return {.peak_gflops = 2 * lanes * gigahertz * info.multiprocessors,
          .bandwidth_gbs = hopper ? 3350.0 : 2039.0};
}

}  // namespace

absl::StatusOr<std::shared_ptr<const cuda::Device>> OpenBenchDevice(const std::string& name) {
  const auto parsed = cuda::ParseDeviceName(name);
  if (!parsed.ok()) return parsed.status();
  if (!parsed->is_cuda) return nullptr;
  auto device = cuda::Device::Open(parsed->index);
  if (device.ok()) return device;
  return absl::Status(device.status().code(),
                      fmt::format("{}; give --device cpu", std::string(device.status().message())));
}

uint64_t FreeMemory(const cuda::Device* device) {
  if (device == nullptr) return AvailableMemory();
  const auto memory = device->Memory();
  return memory.ok() ? memory->free_bytes : 0;
}

absl::Status CheckBenchMemory(const BenchCase& bench, const EngineBenchOptions& options) {
  if (options.memory == 0) return absl::OkStatus();
  const Footprint footprint = FootprintOf(bench.config);
  const uint64_t needed = footprint.Total(footprint.blocks, options.threads);
  if (needed <= options.memory) return absl::OkStatus();
  const uint64_t fixed = footprint.Total(0, options.threads);
  const uint64_t particles =
      options.memory > fixed
          ? (options.memory - fixed) / footprint.block_bytes * bench.config.estimator().block()
          : 0;
  return absl::ResourceExhaustedError(
      fmt::format("{} {} with {} particles takes {}, and there are {}: at most {} particles fit",
                  bench.task, bench.optimizer, bench.config.estimator().particles(),
                  BytesText(needed), BytesText(options.memory), particles));
}

absl::StatusOr<nlohmann::ordered_json> RunEngineCase(const BenchCase& bench,
                                                     const EngineBenchOptions& options,
                                                     MachineLimits& limits) {
  if (absl::Status fits = CheckBenchMemory(bench, options); !fits.ok()) return fits;
  double peak = 0;
  if (options.device != nullptr) {
    limits = NominalLimits(options.device->info());
    peak = limits.peak_gflops;
  } else {
    peak = MeasurePeakGflops(options.threads, options.limit_seconds());
  }
  malloc_trim(0);
  ResetPeakRss();
  DataStore data(options.data_dir);
  const auto job = JobContext::Create(bench.config, data, options.device);
  if (!job.ok()) return job.status();
  Population population(bench.config, **job);
  if (absl::Status begun = population.Begin(options.threads); !begun.ok()) return begun;
  const auto rate = population.Measure(options.threads, options.seconds);
  if (!rate.ok()) return rate.status();
  const uint64_t peak_rss = PeakRssBytes();
  if (options.device == nullptr) {
    peak = std::max(peak, MeasurePeakGflops(options.threads, options.limit_seconds()));
  }
  limits.peak_gflops = std::max(limits.peak_gflops, peak);

  const v1::Task& task = bench.config.tasks(0);
  const InnerStepWork work = WorkOfInnerStep(task, bench.config.optimizer());
  const Footprint footprint = FootprintOf(bench.config);
  return nlohmann::ordered_json{
      {"section", "engine"},
      {"task", bench.task},
      {"optimizer", bench.optimizer},
      {"particles", bench.config.estimator().particles()},
      {"window", bench.config.estimator().nres().window()},
      {"device", options.device_name},
      {"threads", options.threads},
      {"engine", TierName(ChooseEngine(bench.config.engine(), task))},
      {"block", bench.config.estimator().block()},
      {"parameters", ParameterCount(task)},
      {"inner_steps_per_s", *rate},
      {"parameter_updates_per_s", *rate * static_cast<double>(ParameterCount(task))},
      {"flops_per_inner_step", work.flops()},
      {"task_flops", work.task_flops},
      {"optimizer_flops", work.optimizer_flops},
      {"fraction_of_peak", *rate * work.flops() / (1e9 * peak)},
      {"peak_gflops", peak},
      {"bandwidth_gb_s", limits.bandwidth_gbs},
      // What the memory would allow if no state stayed in a cache between two steps.
      {"memory_bound_steps_per_s", 1e9 * limits.bandwidth_gbs / work.bytes},
      {"bytes_per_particle", footprint.particle_bytes},
      {"bytes_per_block", footprint.block_bytes},
      {"expected_bytes", footprint.Total(footprint.blocks, options.threads)},
      {"peak_rss_bytes", peak_rss}};
}

}  // namespace paceline
