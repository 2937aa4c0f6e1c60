#include "worker/cuda/window.h"

#include "worker/cuda/call.h"
#include "worker/cuda/launches.h"

namespace paceline::cuda {

template <class Plan>
absl::Status LaunchWindow(const Stream& stream, const WindowTask& task, const Plan& plan,
                          const WindowLayout& layout, const WindowRun* runs, int run_count,
                          int64_t steps, const WindowTuning& tuning) {
  return Checked(
      "launch of WindowKernel",
      LaunchesOf<Plan>().window(stream.raw(), task, plan, layout, runs, run_count, steps, tuning));
}

}  // namespace paceline::cuda

#include "worker/cuda/window_instances.h"
