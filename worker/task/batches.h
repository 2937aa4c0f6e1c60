// Which examples an inner step or a fresh batch draws: uniform, with replacement, by counter.
#pragma once

#include <cstdint>

#include "common/noise/streams.h"
#include "worker/task/task.h"

namespace paceline {

// The stream that picks the batch of one inner step.
Stream BatchStream(const RunSeed& seed, int64_t step);
Stream BatchStream(const RunSeed& seed, const FreshBatch& batch);

}  // namespace paceline
