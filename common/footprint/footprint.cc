#include "common/footprint/footprint.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/estimator/settings.h"
#include "common/footprint/machine_memory.h"
#include "common/footprint/tensors.h"
#include "common/lopt/curvature.h"
#include "common/lopt/family.h"
#include "common/lopt/layout.h"
#include "common/task/augment.h"
#include "common/task/data_use.h"
#include "common/task/facts.h"
#include "common/task/sample.h"
#include "common/tier/tier.h"

namespace paceline {
namespace {

constexpr uint64_t kFloat = sizeof(float);
// Resident pages of a worker that holds nothing yet.
constexpr uint64_t kProgramBytes = 130'000'000;
// In a snapshot, of every run and of every particle: how far it has come.
constexpr uint64_t kRunProgress = 24, kParticleProgress = 9;

// Is the objective measured on batches of its own?
bool IsScored(const v1::JobConfig& config) {
  const v1::Objective& objective = config.objective();
  const v1::DataSplit final_split = objective.final_loss().split();
  return objective.has_held_out_loss() || objective.has_accuracy() ||
         final_split == v1::DATA_SPLIT_INNER_VALID || final_split == v1::DATA_SPLIT_OUTER_VALID ||
         config.estimator().full_es().loss() == v1::EPISODE_LOSS_RECOMPUTED;
}

PlanSizes SizesOf(const v1::LearnedOptimizer& optimizer, const v1::Task& task) {
  return FamilyOf(optimizer).sizes(optimizer, FactsOf(task).tensors);
}

// Held by one block beside its runs' state.
uint64_t BlockScratch(const v1::JobConfig& config, const v1::Task& task) {
  const TaskFacts facts = FactsOf(task);
  uint64_t floats = facts.parameter_count() + LayoutOf(config.optimizer()).size +
                    SizesOf(config.optimizer(), task).scratch_size;
  if (!CurvatureOf(config.optimizer()).none()) floats += facts.curvature_floats;
  return kFloat * (floats + (IsScored(config) ? 2 : 1) * facts.scratch_floats);
}

// Held by one run beside its parameters and state: the values of a window's steps, and where it
// stands.
uint64_t WindowBytes(const v1::JobConfig& config) {
  const uint64_t values = IsScored(config) ? 2 : 1;
  return kFloat * values * static_cast<uint64_t>(LongestWindow(config)) + 160;
}

// What a run's parameters and state take.
uint64_t StateBytes(const v1::JobConfig& config, const v1::Task& task) {
  return kFloat * (ParameterCount(task) + StateFloats(config.optimizer(), task) +
                   FactsOf(task).history_floats);
}

// The temporaries of one window of the torch tier: for every run its gradient, LibTorch's own and
// the optimizer's, the batch twice, and the task's activations with their slopes.
uint64_t TorchWindow(const v1::JobConfig& config, const v1::Task& task) {
  const TaskFacts facts = FactsOf(task);
  const uint64_t floats =
      2 * facts.parameter_count() + 2 * facts.batch_floats + 4 * facts.value_floats;
  return kFloat * RunsPerParticle(config.estimator()) * config.estimator().block() * floats;
}

// θ as the optimizer wants it, of the runs that go side by side while a window runs. What is below
// a core's cache is not worth counting in the other tiers, where at most two runs do.
uint64_t PreparedBytes(const v1::JobConfig& config, const v1::Task& task) {
  constexpr uint64_t kWorthCounting = 256 * 1024;
  const uint64_t bytes = kFloat * SizesOf(config.optimizer(), task).prepared_size;
  if (bytes < kWorthCounting) return 0;
  const bool torch = ChooseEngine(config.engine(), task) == v1::ENGINE_TORCH;
  return torch ? RunsPerParticle(config.estimator()) * config.estimator().block() * bytes : bytes;
}

// A task and what is known of it.
struct Drawn {
  v1::Task task;
  TaskFacts facts;
};

// What a sample draws first, as good as any other draws; or the task itself.
std::vector<Drawn> DrawsOf(const v1::Task& task, uint64_t key) {
  constexpr uint32_t kDraws = 64;
  // Augmentations count as the largest that there are, not as those that are drawn.
  const v1::Task bare = BareTask(task);
  std::vector<Drawn> draws;
  for (uint32_t block = 0; block < (task.has_sample() ? kDraws : 1); ++block) {
    v1::Task drawn = DrawTask(bare, key, block, /*episode=*/0);
    if (task.has_augment()) *drawn.mutable_augment() = task.augment();
    TaskFacts facts = FactsOf(drawn);
    draws.push_back({std::move(drawn), std::move(facts)});
  }
  return draws;
}

// Of memory that a job's data take.
class DataBytes {
 public:
  void Add(std::span<const Drawn> draws) {
    for (const Drawn& drawn : draws) {
      const std::optional<DataUse>& use = drawn.facts.data;
      if (!use || !seen_.insert(TextOf(*use)).second) continue;
      (draws.size() == 1 ? fixed_ : sampled_).push_back(BytesOf(*use));
    }
  }

  // Of samples, what as many blocks hold as there are: the largest.
  uint64_t Total(size_t blocks) {
    std::ranges::sort(sampled_, std::greater());
    sampled_.resize(std::min(sampled_.size(), blocks));
    const uint64_t fixed = std::accumulate(fixed_.begin(), fixed_.end(), uint64_t{0});
    return std::accumulate(sampled_.begin(), sampled_.end(), fixed);
  }

 private:
  std::set<std::string> seen_;
  std::vector<uint64_t> fixed_, sampled_;
};

// Of the draws the two that have the most parameters and the most values of layers.
std::vector<v1::Task> LargestOf(std::span<const Drawn> draws) {
  if (draws.size() == 1) return {draws.front().task};
  const auto largest = [&](const auto& size) {
    return std::ranges::max_element(draws, {}, size)->task;
  };
  return {largest([](const Drawn& drawn) { return drawn.facts.parameter_count(); }),
          largest([](const Drawn& drawn) {
            return drawn.facts.value_floats + drawn.facts.batch_floats;
          })};
}

Footprint WithBlock(v1::JobConfig config, uint32_t block) {
  config.mutable_estimator()->set_block(block);
  return FootprintOf(config);
}

// The largest that divides the particles, below the config's; 0: none.
uint32_t LargestBlockThatFits(const v1::JobConfig& config, uint64_t memory, int threads) {
  const uint32_t particles = config.estimator().particles();
  for (uint32_t block = config.estimator().block(); block-- > 1;) {
    if (particles % block != 0) continue;
    if (BlocksThatFit(WithBlock(config, block), memory, threads) > 0) return block;
  }
  return 0;
}

}  // namespace

Footprint FootprintOf(const v1::JobConfig& config) {
  Footprint footprint;
  footprint.program_bytes = kProgramBytes;
  const uint64_t particles = config.estimator().block();
  footprint.blocks = config.estimator().particles() / config.estimator().block();
  std::vector<v1::Task> tasks;
  DataBytes data;
  for (int i = 0; i < config.tasks_size(); ++i) {
    const std::vector<Drawn> draws = DrawsOf(TrainedTask(config, i), config.seed());
    data.Add(draws);
    for (v1::Task& largest : LargestOf(draws)) tasks.push_back(std::move(largest));
  }
  footprint.data_bytes = data.Total(footprint.blocks);
  for (const v1::Task& task : tasks) {
    const uint64_t run = StateBytes(config, task) + 128;
    const uint64_t runs = RunsPerParticle(config.estimator());
    const uint64_t particle = runs * (run + WindowBytes(config));
    footprint.particle_bytes = std::max(footprint.particle_bytes, particle);
    footprint.block_bytes =
        std::max(footprint.block_bytes, particles * particle + BlockScratch(config, task));
    const uint64_t saved = runs * (StateBytes(config, task) + kRunProgress) + kParticleProgress;
    footprint.snapshot_bytes = std::max(footprint.snapshot_bytes, particles * saved);
    uint64_t at_work = PreparedBytes(config, task);
    if (ChooseEngine(config.engine(), task) == v1::ENGINE_TORCH) {
      at_work += TorchWindow(config, task);
    }
    footprint.thread_bytes = std::max(footprint.thread_bytes, at_work);
  }
  return footprint;
}

uint64_t BlocksThatFit(const Footprint& footprint, uint64_t memory, int threads) {
  if (memory == 0) return footprint.blocks;
  const uint64_t fixed = footprint.Total(0, threads);
  if (memory < fixed) return 0;
  return std::min<uint64_t>(footprint.blocks, (memory - fixed) / footprint.block_bytes);
}

absl::Status CheckFits(const v1::JobConfig& config, uint64_t memory, int threads) {
  const Footprint footprint = FootprintOf(config);
  if (memory == 0 || BlocksThatFit(footprint, memory, threads) > 0) return absl::OkStatus();
  const uint32_t largest = LargestBlockThatFits(config, memory, threads);
  return absl::ResourceExhaustedError(absl::StrCat(
      "the job does not fit: one block of ", config.estimator().block(), " particles takes ",
      BytesText(footprint.block_bytes), " (", BytesText(footprint.particle_bytes),
      " a particle), with program, data and ", threads, threads == 1 ? " thread " : " threads ",
      BytesText(footprint.Total(1, threads)), "; there are ", BytesText(memory), "; ",
      largest > 0 ? absl::StrCat("the largest block that would fit is ", largest)
                  : "no block would fit, not even one of a single particle"));
}

std::string FootprintText(const v1::JobConfig& config) {
  const Footprint footprint = FootprintOf(config);
  std::string text =
      absl::StrCat(BytesText(footprint.particle_bytes), " a particle, ",
                   BytesText(footprint.block_bytes), " a block of ", config.estimator().block(),
                   ", ", BytesText(footprint.blocks * footprint.block_bytes), " in all ",
                   footprint.blocks, footprint.blocks == 1 ? " block" : " blocks");
  if (footprint.thread_bytes > 0) {
    absl::StrAppend(&text, ", ", BytesText(footprint.thread_bytes), " a thread at work");
  }
  absl::StrAppend(&text, "; on each worker ", BytesText(footprint.data_bytes), " of data and ",
                  BytesText(footprint.program_bytes), " of program");
  if (std::ranges::any_of(config.tasks(), [](const v1::Task& task) { return task.has_own(); })) {
    absl::StrAppend(&text, "; not counted: what the parameters of own tasks take, which their ",
                    "plug-ins alone know");
  }
  return text;
}

}  // namespace paceline
