// Inner steps per second of the fused windows, beside the device's peak of fused multiply-adds.
#include <algorithm>
#include <chrono>

#include "common/lopt/layout.h"
#include "tests/gpu/checks.h"
#include "tests/gpu/json_line.h"
#include "worker/engine/inner_runs.h"
#include "worker/engine/window_task.h"
#include "worker/optim/make.h"

namespace paceline {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kWindow = 50;

struct Case {
  const char* name;
  int size;
  std::vector<int> hidden;
  const char* optimizer_name;
  v1::LearnedOptimizer optimizer;
  int particles;
  double megaflop_per_step;  // what the algorithm needs, at batch 128
};

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const int particles : {256, 4096}) {
    cases.push_back({"mlp:64-32-10", 8, {32}, "AdafacMLP h4", Adafac(4), particles, 2.8});
    cases.push_back({"mlp:64-32-10", 8, {32}, "MLPLOpt h32", MlpLopt(32), particles, 8.4});
  }
  for (const int particles : {4, 64, 256}) {
    cases.push_back(
        {"mlp:784-128-128-10", 28, {128, 128}, "AdafacMLP h4", Adafac(4), particles, 130});
  }
  return cases;
}

struct Speed {
  double steps_per_second = 0;
  cuda::WindowTuning tuning;
};

absl::StatusOr<double> StepsPerSecond(const Case& c, const ImageMlp& task,
                                      const std::shared_ptr<const cuda::Device>& device,
                                      const cuda::WindowTuning& tuning) {
  const int run_count = 2 * c.particles;
  auto runs = MakeCudaRuns(c.optimizer, task, run_count, device, tuning);
  if (!runs.ok()) return runs.status();
  const std::vector<float> theta = InitialTheta(LayoutOf(c.optimizer), 1);
  std::vector<RunTheta> thetas;
  for (int run = 0; run < run_count; ++run) {
    const Stream noise = {
        .key = 1, .purpose = Purpose::kPerturbation, .particle = static_cast<uint32_t>(run / 2)};
    thetas.push_back({theta, noise, run % 2 == 0 ? 0.01f : -0.01f});
    const RunSeed seed = {1, static_cast<uint32_t>(run / 2), 0};
    if (absl::Status status = (*runs)->Start(run, seed, 1000); !status.ok()) return status;
  }
  std::vector<float> losses(run_count * kWindow);
  absl::Status status = (*runs)->Advance(thetas, kWindow, losses);  // warms up
  const Clock::time_point begin = Clock::now();
  double seconds = 0, steps = 0;
  while (status.ok() && seconds < 0.5) {
    status = (*runs)->Advance(thetas, kWindow, losses);
    steps += static_cast<double>(run_count) * kWindow;
    seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  if (!status.ok()) return status;
  return steps / seconds;
}

// Where the working memory of a run would lie.
void AddMemory(const Case& c, const ImageMlp& task, const cuda::DeviceInfo& device,
               const cuda::WindowTuning& tuning, JsonLine& line) {
  VisitPlan(c.optimizer, task.parameters(), [&](const auto& owned) {
    const WindowLayout layout = PlanWindow(MakeWindowTask(task, nullptr, nullptr, {}),
                                           SizesOf(owned.plan), cuda::SharedBytes(device, tuning));
    const size_t kept = task.parameter_count() + owned.plan.state_size;
    line.Add("shared_bytes_per_block", layout.shared_floats * sizeof(float))
        .Add("bytes_per_particle", 2 * sizeof(float) * (kept + layout.workspace_floats));
  });
}

absl::Status Measure(GpuCheck& check, const Case& c, double peak_gflops) {
  const auto task = MadeUpTask(c.size, c.hidden, v1::ACTIVATION_RELU, 128);
  Speed best;
  // Every tuning gives the same bits; the default is what is used outside of this check.
  for (const int threads : {0, 64, 128, 256}) {
    for (const int blocks : {1, 2, 4}) {
      const cuda::WindowTuning tuning = {threads, blocks};
      JsonLine line("throughput");
      line.Add("task", c.name)
          .Add("optimizer", c.optimizer_name)
          .Add("particles", c.particles)
          .Add("window", kWindow)
          .Add("device", check.info().name)
          .Add("threads", threads)
          .Add("blocks_per_multiprocessor", blocks)
          .Add("default", threads == cuda::WindowTuning().threads &&
                              blocks == cuda::WindowTuning().blocks_per_multiprocessor);
      AddMemory(c, *task, check.info(), tuning, line);
      if (!check.dry_run()) {
        const auto speed = StepsPerSecond(c, *task, check.device, tuning);
        if (!speed.ok()) return speed.status();
        line.Add("inner_steps_per_s", *speed)
            .Add("fraction_of_peak", *speed * c.megaflop_per_step * 1e-3 / peak_gflops);
        if (*speed > best.steps_per_second) best = {*speed, tuning};
      }
      line.Add("dry_run", check.dry_run()).Print(check.out);
    }
  }
  if (check.dry_run()) return absl::OkStatus();
  JsonLine("best")
      .Add("task", c.name)
      .Add("optimizer", c.optimizer_name)
      .Add("particles", c.particles)
      .Add("threads", best.tuning.threads)
      .Add("blocks_per_multiprocessor", best.tuning.blocks_per_multiprocessor)
      .Add("inner_steps_per_s", best.steps_per_second)
      .Print(check.out);
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureThroughput(GpuCheck& check) {
  double peak_gflops = 0;
  JsonLine line("peak");
  if (!check.dry_run()) {
    const auto peak = PeakGflops(*check.device);
    if (!peak.ok()) return peak.status();
    peak_gflops = *peak;
    line.Add("gflops", peak_gflops);
  }
  line.Add("device", check.info().name).Add("dry_run", check.dry_run()).Print(check.out);
  for (const Case& c : Cases()) {
    if (absl::Status status = Measure(check, c, peak_gflops); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace paceline
