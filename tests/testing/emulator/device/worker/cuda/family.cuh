// Makes EmulatedKernelsOf of what a file of worker/cuda/families names.
#pragma once

#include "tests/testing/emulator/kernels.h"
#include "worker/kernels/window_kernel.h"

namespace paceline {

template <class Plan, class Team>
const EmulatedKernels<Plan, Team>& EmulatedKernelsOf() {
  static constexpr EmulatedKernels<Plan, Team> kKernels = {
      PrepareRun<lane::Scalar, Plan, Team>, UpdateRun<lane::Scalar, Plan, Team>,
      [](const WindowTask& task, const Plan& plan, const WindowLayout& layout, const WindowRun& run,
         float* shared, const Team& team, int64_t steps) {
        Window<lane::Scalar, Plan, Team>(task, plan, layout, run, shared, team).Run(steps);
      }};
  return kKernels;
}

}  // namespace paceline

#define PACELINE_CUDA_FAMILY(PLAN)                                                             \
  namespace paceline {                                                                         \
  template const EmulatedKernels<PLAN, EmulatedTeam>& EmulatedKernelsOf<PLAN, EmulatedTeam>(); \
  template const EmulatedKernels<PLAN, lane::Solo>& EmulatedKernelsOf<PLAN, lane::Solo>();     \
  }
