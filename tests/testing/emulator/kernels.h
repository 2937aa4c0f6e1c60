// The kernels' bodies of every family of optimizers on the host, by a team of threads and by one.
// Each is compiled once, for all tests: from the family's own file in worker/cuda/families, in
// which device/worker/cuda/family.cuh takes the place of CUDA's.
#pragma once

#include "tests/testing/emulator/block_emulator.h"
#include "worker/kernels/update_kernel.h"
#include "worker/kernels/window_plan.h"

namespace paceline {

// PrepareRun, UpdateRun and Window of lane::Scalar. Team: EmulatedTeam or lane::Solo.
template <class Plan, class Team>
struct EmulatedKernels {
  void (*prepare)(const Plan& plan, const UpdateArrays& arrays, const int32_t* begins, size_t run,
                  const Team& team);
  void (*update)(const Plan& plan, const UpdateArrays& arrays, size_t run, float* shared,
                 const Team& team);
  void (*window)(const WindowTask& task, const Plan& plan, const WindowLayout& layout,
                 const WindowRun& run, float* shared, const Team& team, int64_t steps);
};

template <class Plan, class Team>
const EmulatedKernels<Plan, Team>& EmulatedKernelsOf();

}  // namespace paceline
