// Augmentations (augment.proto): which of them an episode of a block has and with which numbers,
// and what follows of an augmented task from its config alone. What they do is in
// worker/task/augment.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/task/facts.h"
#include "common/task/network_family.h"
#include "paceline/v1/augment.pb.h"
#include "paceline/v1/job_config.pb.h"
#include "paceline/v1/task.pb.h"

namespace paceline {

// Task number `index` as the job's blocks train it: with the job's augmentations if it has none of
// its own. Evaluations have the tasks as they are in the config.
v1::Task TrainedTask(const v1::JobConfig& config, int index);

// Without augmentations of its own.
v1::Task BareTask(const v1::Task& task);

// Is it another task for every episode of a block?
bool IsDrawnAnew(const v1::Task& task);

// Those that the block's episode has: each with probability 1 and ranges of a single number, all
// others absent. What each particle draws of its own keeps its range: scales of tensors and
// elements. A function of the arguments alone, and of each augmentation's own settings; as
// DrawTask.
v1::Augmentations DrawAugmentations(const v1::Augmentations& ranges, uint64_t key, uint32_t block,
                                    uint32_t episode);

// Has DrawAugmentations made it (or could it have)?
bool IsDrawn(const v1::Augmentations& augmentations);

// The task that augmentations are around: without them, its batch what a drawn reduced_batch leaves
// (max(1, ⌊part·batch⌋), but no less than the family's least batch).
v1::Task BaseTaskOf(const v1::Task& task);

// Ranges that end below their beginning, a choice among nothing, a dynamical system. Fields are
// below the task: "augment.input_scale.factor".
std::vector<TaskFault> AugmentationFaults(const v1::Task& task);

// "input_scale 0.1 to 10, storage bf16 of both"
std::string TextOf(const v1::Augmentations& augmentations);

// Of a task with `augment`, drawn or not; before they are drawn, those of the longest delay and the
// mean cost.
TaskFacts AugmentedFacts(const v1::Task& task);

}  // namespace paceline
