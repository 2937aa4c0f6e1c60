#include <algorithm>

#include "common/task/augment.h"
#include "common/task/facts.h"
#include "fmt/format.h"
#include "worker/engine/block.h"
#include "worker/estimators/samples.h"
#include "worker/pathwise/pathwise.h"

namespace paceline {
namespace {

constexpr int64_t kFewest = 8, kMostUnrolled = 256, kMostSystem = 4096;
constexpr double kMemory = 1.5e9;  // bytes of one unroll
// Floats that autograd keeps for each value of a layer, and for each parameter beside the
// optimizer's own.
constexpr double kPerActivation = 8, kPerParameter = 12;

// Floats for each parameter of one update's features and hidden layers.
double OptimizerFloats(const v1::LearnedOptimizer& optimizer) {
  if (optimizer.has_mlp_lopt()) {
    return 60 + 3.0 * optimizer.mlp_lopt().hidden() * optimizer.mlp_lopt().layers();
  }
  if (optimizer.has_adafac_mlp()) {
    return 180 + 3.0 * optimizer.adafac_mlp().hidden() * optimizer.adafac_mlp().layers();
  }
  if (optimizer.has_learnable_sgd()) return 4;
  return optimizer.has_learnable_sgdm() || optimizer.has_learnable_adam() ? 24 : 300;
}

// What autograd keeps of one step of one run, roughly.
double BytesPerStep(const v1::JobConfig& config) {
  const TaskFacts task = FactsOf(config.tasks(0));
  if (task.is_system()) return 0;
  const double floats = static_cast<double>(task.parameter_count()) *
                            (kPerParameter + OptimizerFloats(config.optimizer())) +
                        kPerActivation * static_cast<double>(task.batch_floats + task.value_floats);
  return sizeof(float) * floats;
}

bool AveragesTrainingLoss(const v1::JobConfig& config) {
  if (config.has_objective() && !config.objective().has_training_loss()) return false;
  const v1::EpisodeLoss loss = config.estimator().full_es().loss();
  return loss == v1::EPISODE_LOSS_UNSPECIFIED || loss == v1::EPISODE_LOSS_AVERAGE;
}

absl::Status CheckThatThereIsOne(const v1::JobConfig& config, int64_t window) {
  if (!config.episode().has_constant()) {
    return absl::UnavailableError("episodes differ in length");
  }
  if (config.tasks_size() > 1 || IsDrawnAnew(TrainedTask(config, 0))) {
    return absl::UnavailableError("there are several tasks");
  }
  if (!AveragesTrainingLoss(config)) {
    return absl::UnavailableError("the objective is not the mean training loss");
  }
  const double bytes = BytesPerStep(config) * static_cast<double>(window);
  if (bytes <= kMemory) return absl::OkStatus();
  return absl::UnavailableError(
      fmt::format("back-propagation through {} steps takes {:.1f} GB", window, bytes / 1e9));
}

}  // namespace

absl::StatusOr<Samples> SamplePathwise(const v1::JobConfig& config, int64_t given_window,
                                       std::span<const float> theta, const SampleOptions& options,
                                       DataStore& data) {
  const int64_t length = LongestFirstEpisode(config);
  const int64_t window = given_window == 0 ? length : std::min(given_window, length);
  if (absl::Status status = CheckThatThereIsOne(config, window); !status.ok()) return status;
  const auto job = JobContext::Create(config, data);
  if (!job.ok()) return job.status();
  const bool system = FactsOf(config.tasks(0)).is_system();
  const int64_t replicas =
      std::clamp(options.inner_steps / length, kFewest, system ? kMostSystem : kMostUnrolled);
  const double one = std::max(1.0, BytesPerStep(config) * static_cast<double>(window));
  const auto together = static_cast<int>(std::clamp(kMemory / one, 1.0, 32.0));
  const auto task = (*job)->TaskOf(0, /*block=*/0, /*episode=*/0);
  if (!task.ok()) return task.status();
  auto runs = MakePathwiseRuns(config.optimizer(), (*task)->config, *(*task)->task, together,
                               Precision::kFloat);
  if (absl::IsInvalidArgument(runs.status())) {
    return absl::UnavailableError(std::string(runs.status().message()));
  }
  if (!runs.ok()) return runs.status();

  const std::vector<double> exact(theta.begin(), theta.end());
  std::vector<double> losses(together * window), gradients(together * theta.size());
  Samples samples{.replicas = Replicas(theta.size()), .inner_steps = static_cast<double>(window)};
  for (int64_t first = 0; first < replicas; first += together) {
    for (int run = 0; run < together; ++run) {
      const RunSeed seed{.key = config.seed() ^ options.salt << 32,
                         .particle = static_cast<uint32_t>(first + run)};
      if (absl::Status status = (*runs)->Start(run, seed, length); !status.ok()) return status;
    }
    for (int64_t step = 0; step + window <= length; step += window) {
      absl::Status status = (*runs)->Advance(exact, window, losses, gradients);
      if (!status.ok()) return status;
      for (int run = 0; run < together; ++run) {
        samples.replicas.Add(first + run,
                             std::span(gradients).subspan(run * theta.size(), theta.size()));
      }
    }
  }
  samples.replicas.DropEmpty();
  if (samples.replicas.count() < 2) return absl::UnavailableError("it is not finite");
  return samples;
}

}  // namespace paceline
