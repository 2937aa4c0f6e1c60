// Tasks that are drawn out of a family: another one for every episode of a block.
#pragma once

#include <cstdint>
#include <vector>

#include "common/task/data_use.h"
#include "common/task/facts.h"
#include "common/task/network_family.h"
#include "paceline/v1/task.pb.h"

namespace paceline {

// What one run of a task takes, as predicted of its facts alone.
struct TaskCost {
  double seconds_per_step = 0;  // its arithmetic at the budget's gflops, and its calls
  double bytes = 0;             // parameters, batch and the values of all layers, and as much again
                                // for gradients and state
};
TaskCost CostOf(const TaskFacts& facts, const v1::Budget& budget);
// What a call of LibTorch takes beside its arithmetic.
inline constexpr double kSecondsPerCall = 4e-6;

// The task itself if nothing of it is drawn, else the one that the block's episode trains: of a
// sample a fixed task within its budget, of augmentations those that the episode has, with its
// numbers. A function of the arguments alone. key: the job's seed; episode: the outer step at which
// it begins.
v1::Task DrawTask(const v1::Task& task, uint64_t key, uint32_t block, uint32_t episode);

// A range that ends below its beginning, a data set that nothing is known of, or a synthetic text
// for which the shortest sequences have no room.
TaskFault SampleFault(const v1::Sample& sample);

// All data that the task may be trained on; of a sample every data set, its images as small as they
// are drawn.
std::vector<DataUse> DataOf(const v1::Task& task);

// Of a task that is a sample. Its tensors are not known before it is drawn.
TaskFacts SampleFacts(const v1::Sample& sample);

}  // namespace paceline
