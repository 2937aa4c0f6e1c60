// A block's state between two windows as tensors: what a snapshot holds.
//
//   particle/start     I64 [particle]        outer step at which the particle's episode began
//   particle/restart   U8 [particle]         it begins another with the next window
//   run/parameters     F32 [run, parameter]
//   run/state          F32 [run, state]      the optimizer's, in the layout of the tier
//   run/system         F64 [run, number]     of a dynamical system
//   run/history        F32 [run, number]     parameters of steps before, for a delayed gradient
//   run/progress       F64 [run, 3]          towards a target loss: begun, moving average, reached
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "common/safetensors/safetensors.h"
#include "worker/engine/inner_runs.h"
#include "worker/engine/objective.h"

namespace paceline {

struct BlockState {
  std::vector<int64_t> starts;           // [particle]
  std::vector<bool> restarts;            // [particle]
  std::vector<RunRow> rows;              // [run], all of the same sizes
  std::vector<TargetProgress> progress;  // [run]
};

TensorFile ToTensors(const BlockState& state);
// InvalidArgument names the tensor that is missing or not of the shape that so many particles and
// runs want. The sizes of rows are whatever they are.
absl::StatusOr<BlockState> FromTensors(const TensorFileView& file, int particles, int runs);

}  // namespace paceline
