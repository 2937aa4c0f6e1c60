#include "worker/task/optimizer_training/optimizer_training.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "common/lopt/layout.h"
#include "common/noise/streams.h"
#include "common/task/optimizer_training.h"
#include "worker/pathwise/pathwise.h"
#include "worker/task/batches.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

constexpr float kNoLoss = std::numeric_limits<float>::quiet_NaN();

uint64_t KeyAt(const Stream& stream, uint64_t index) {
  uint32_t words[2];
  FillWords(stream, 2 * index, words);
  return uint64_t{words[0]} << 32 | words[1];
}

// Each training is a run of a key of its own.
std::vector<RunSeed> SeedsOf(const Stream& stream, uint32_t count) {
  std::vector<RunSeed> seeds;
  for (uint32_t i = 0; i < count; ++i) seeds.push_back({.key = KeyAt(stream, i)});
  return seeds;
}

}  // namespace

OptimizerTraining::OptimizerTraining(const v1::OptimizerTraining& config,
                                     std::unique_ptr<const Task> inner)
    : config_(config),
      inner_config_(InnerTaskOf(config)),
      inner_(std::move(inner)),
      tensors_(ThetaTensors(config.optimizer())) {}

absl::StatusOr<std::unique_ptr<OptimizerTraining>> OptimizerTraining::Make(
    const v1::OptimizerTraining& config, DataStore& data) {
  absl::StatusOr<std::unique_ptr<Task>> inner = MakeTask(InnerTaskOf(config), data);
  if (!inner.ok()) return inner.status();
  return std::unique_ptr<OptimizerTraining>(new OptimizerTraining(config, *std::move(inner)));
}

void OptimizerTraining::SampleInitial(const RunSeed& seed, std::span<float> parameters) const {
  const uint64_t key = KeyAt(EpisodeStream(seed, Purpose::kTaskInit), 0);
  std::ranges::copy(InitialTheta(LayoutOf(config_.optimizer()), key), parameters.begin());
}

std::vector<RunSeed> OptimizerTraining::TrainingSeeds(const RunSeed& seed, int64_t step) const {
  return SeedsOf(DrawStream(seed, step), config_.batch());
}

float OptimizerTraining::LossAndGradient(const RunSeed& seed, int64_t step,
                                         std::span<const float> parameters,
                                         std::span<float> gradient) const {
  return Train(TrainingSeeds(seed, step), parameters, gradient);
}

float OptimizerTraining::Train(std::span<const RunSeed> seeds, std::span<const float> theta,
                               std::span<float> gradient) const {
  const auto runs = static_cast<int>(seeds.size());
  const int64_t steps = config_.steps();
  const auto count = static_cast<double>(runs);
  auto trainings =
      MakeUnrolledPathwise(config_.optimizer(), inner_config_, *inner_, runs, Precision::kFloat);
  absl::Status status = trainings.status();
  for (int run = 0; run < runs && status.ok(); ++run) {
    status = (*trainings)->Start(run, seeds[static_cast<size_t>(run)], steps);
  }
  std::vector<double> losses(seeds.size() * static_cast<size_t>(steps));
  std::vector<double> gradients(seeds.size() * theta.size());
  if (status.ok()) {
    const std::vector<double> wide(theta.begin(), theta.end());
    status = (*trainings)->Advance(wide, steps, losses, gradients);
  }
  // Tasks have no status; who runs one in LibTorch catches what it throws.
  if (!status.ok()) throw std::runtime_error(std::string(status.message()));
  double loss = 0;
  for (const double one : losses) loss += inner_->MetaLoss(static_cast<float>(one));
  for (size_t i = 0; i < theta.size(); ++i) {
    double sum = 0;
    for (size_t run = 0; run < seeds.size(); ++run) sum += gradients[run * theta.size() + i];
    gradient[i] = static_cast<float>(sum / count);
  }
  const bool finite = std::ranges::all_of(gradient, [](float g) { return std::isfinite(g); });
  return finite ? static_cast<float>(loss / static_cast<double>(losses.size())) : kNoLoss;
}

BatchScore OptimizerTraining::Score(const RunSeed& seed, const FreshBatch& batch,
                                    std::span<const float> parameters) const {
  std::vector<float> unused(parameters.size());
  return {.loss = Train(SeedsOf(MadeStream(seed, batch), config_.batch()), parameters, unused)};
}

// Fresh trainings, of every split its own.
SplitScore OptimizerTraining::Evaluate(const RunSeed& seed, std::span<const float> parameters,
                                       Split split, size_t /*examples*/) const {
  const FreshBatch batch = {.split = split, .purpose = Purpose::kFinalBatch};
  return {.loss = Score(seed, batch, parameters).loss};
}

}  // namespace paceline
