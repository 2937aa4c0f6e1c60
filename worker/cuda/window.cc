#include "worker/cuda/window.h"

#include <tuple>

#include "worker/cuda/call.h"
#include "worker/cuda/launches.h"

namespace paceline::cuda {

template <class Plan>
absl::Status LaunchWindow(const Stream& stream, const WindowTask& task, const Plan& plan,
                          const WindowLayout& layout, const WindowRun* runs, int run_count,
                          int64_t steps, const WindowTuning& tuning) {
  return Checked(
      "launch of WindowKernel",
      Windows().of<Plan>().run(stream.raw(), task, plan, layout, runs, run_count, steps, tuning));
}

namespace {

// Every family's, for callers elsewhere.
template <class... Plans>
auto Instantiate(const OptimOpsOf<Plans...>*) {
  return std::tuple(&LaunchWindow<Plans>...);
}
[[maybe_unused]] const auto kInstantiated = Instantiate(static_cast<const OptimKernels*>(nullptr));

}  // namespace
}  // namespace paceline::cuda
