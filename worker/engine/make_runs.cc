#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "worker/engine/inner_runs.h"

namespace paceline {

void RunTheta::Fill(std::span<float> out) const {
  if (scale == 0) {
    std::ranges::copy(theta, out.begin());
  } else {
    Perturb(theta, std::fabs(scale), scale < 0 ? -1 : +1, stream, out);
  }
}

// Every task of today is small enough for the fused tier.
v1::Engine ChooseEngine(v1::Engine asked, const v1::Task&) {
  return asked == v1::ENGINE_AUTO ? v1::ENGINE_FUSED : asked;
}

absl::StatusOr<std::unique_ptr<InnerRuns>> MakeRuns(v1::Engine engine,
                                                    const v1::LearnedOptimizer& optimizer,
                                                    const v1::Task& task_config, const Task& task,
                                                    int runs) {
  switch (engine) {
    case v1::ENGINE_REFERENCE:
      return MakeReferenceRuns(optimizer, task, runs);
    case v1::ENGINE_FUSED:
      return MakeFusedRuns(optimizer, task, runs);
    case v1::ENGINE_TORCH:
      return MakeTorchRuns(optimizer, task_config, task, runs);
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("engine ", static_cast<int>(engine), " is none of reference, torch, fused"));
  }
}

}  // namespace paceline
