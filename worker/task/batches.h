// Where a run's random numbers are: which examples an inner step or a fresh batch draws (uniform,
// with replacement), and what is drawn beside them. All by counter.
#pragma once

#include <cstdint>

#include "common/noise/streams.h"
#include "worker/task/task.h"

namespace paceline {

// The stream that picks the batch of one inner step.
Stream BatchStream(const RunSeed& seed, int64_t step);
Stream BatchStream(const RunSeed& seed, const FreshBatch& batch);

// Of the whole episode, for that purpose.
Stream EpisodeStream(const RunSeed& seed, Purpose purpose);
// What an inner step, or a fresh batch, draws beside its examples.
Stream DrawStream(const RunSeed& seed, int64_t step);
Stream DrawStream(const RunSeed& seed, const FreshBatch& batch);
// The same of a task that makes its examples: no two splits have the same.
Stream MadeStream(const RunSeed& seed, const FreshBatch& batch);

}  // namespace paceline
