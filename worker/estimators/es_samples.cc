#include <algorithm>

#include "common/base/parallel.h"
#include "common/estimator/gradient.h"
#include "common/estimator/lengths.h"
#include "fmt/format.h"
#include "worker/engine/block.h"
#include "worker/estimators/samples.h"

namespace paceline {
namespace {

constexpr int64_t kFewest = 8, kMost = 16384;
// How far above its budget a row may go for the fewest replicas.
constexpr double kTolerance = 50;
constexpr size_t kSumsBytes = size_t{1} << 30;

struct Plan {
  int64_t first = 0, last = 0;  // outer steps whose windows are samples
  int64_t steps_each = 0;       // inner steps of a replica
  int64_t replicas = 0;
};

absl::StatusOr<Plan> MakePlan(const v1::JobConfig& config, size_t parameters, int64_t budget) {
  const int64_t window = WindowSteps(config.estimator()), length = LongestFirstEpisode(config);
  const int64_t runs = RunsPerParticle(config.estimator()) * int64_t{config.estimator().block()};
  Plan plan;
  if (window == 0) {
    plan = {.first = 0, .last = 1, .steps_each = length * runs};
  } else {
    const int64_t windows = (length + window - 1) / window;
    plan = {.first = windows, .last = 2 * windows, .steps_each = 2 * windows * window * runs};
  }
  if (static_cast<double>(kFewest * plan.steps_each) > kTolerance * static_cast<double>(budget)) {
    return absl::InvalidArgumentError(fmt::format(
        "an episode of {} steps is too long to be measured with a budget of {} inner steps a row; "
        "give --budget, or shorter episodes: --set episode={{constant: {{steps: 100}}}}",
        length, budget));
  }
  const auto held = static_cast<int64_t>(kSumsBytes / (sizeof(double) * parameters));
  plan.replicas =
      std::clamp(budget / plan.steps_each, kFewest, std::max(kFewest, std::min(kMost, held)));
  return plan;
}

// One block, a job of its own.
v1::JobConfig ReplicaConfig(const v1::JobConfig& config, uint64_t salt, int64_t replica) {
  v1::JobConfig own = config;
  own.mutable_estimator()->set_particles(config.estimator().block());
  // Seeds of different replicas, salts and config seeds are different by far.
  uint64_t seed = config.seed() + 0x9e3779b97f4a7c15u * (salt * 1'000'003 + replica + 1);
  seed = (seed ^ (seed >> 31)) * 0xbf58476d1ce4e5b9u;
  own.set_seed(seed ^ (seed >> 29));
  return own;
}

struct ReplicaSamples {
  std::vector<std::vector<double>> gradients;
  std::vector<int> tasks;  // [gradient]
  double inner_steps = 0;  // sum
};

absl::StatusOr<ReplicaSamples> RunReplica(const v1::JobConfig& config, const Plan& plan,
                                          std::span<const float> theta, DataStore& data) {
  const auto job = JobContext::Create(config, data);
  if (!job.ok()) return job.status();
  GradientEstimator estimator(config, theta.size(), 1);
  Block block(*job, 0);
  ReplicaSamples samples;
  for (int64_t step = 0; step < plan.last; ++step) {
    const auto scalars = block.RunWindow(step, theta);
    if (!scalars.ok()) return scalars.status();
    const int task = estimator.window(0).task;
    const auto estimate = estimator.Estimate(*scalars);
    if (!estimate.ok()) return estimate.status();
    if (step < plan.first) continue;
    samples.gradients.emplace_back(estimate->gradient.begin(), estimate->gradient.end());
    samples.tasks.push_back(task);
    samples.inner_steps += static_cast<double>(estimate->inner_steps);
  }
  return samples;
}

}  // namespace

int64_t LongestFirstEpisode(const v1::JobConfig& config) {
  return LengthBoundsAt(config.episode(), 0).max;
}

absl::StatusOr<Samples> SampleEs(const v1::JobConfig& config, std::span<const float> theta,
                                 const SampleOptions& options, DataStore& data) {
  const auto plan = MakePlan(config, theta.size(), options.inner_steps);
  if (!plan.ok()) return plan.status();
  std::vector<absl::StatusOr<ReplicaSamples>> all(plan->replicas, ReplicaSamples{});
  ParallelFor(options.threads, all.size(), 1, [&](size_t begin, size_t end) {
    for (size_t r = begin; r < end; ++r) {
      const v1::JobConfig own = ReplicaConfig(config, options.salt, static_cast<int64_t>(r));
      all[r] = RunReplica(own, *plan, theta, data);
    }
  });
  Samples samples{.replicas = Replicas(theta.size()),
                  .of_tasks = TaskSamples(static_cast<size_t>(config.tasks_size()), theta.size())};
  double count = 0;
  for (size_t r = 0; r < all.size(); ++r) {
    if (!all[r].ok()) return all[r].status();
    for (size_t i = 0; i < all[r]->gradients.size(); ++i) {
      samples.replicas.Add(r, all[r]->gradients[i]);
      samples.of_tasks.Add(r, all[r]->tasks[i], all[r]->gradients[i]);
    }
    samples.inner_steps += all[r]->inner_steps;
    count += static_cast<double>(all[r]->gradients.size());
  }
  samples.inner_steps /= count;
  return samples;
}

}  // namespace paceline
