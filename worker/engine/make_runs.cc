#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "worker/engine/inner_runs.h"

namespace paceline {
namespace {

std::string_view EngineName(v1::Engine engine) {
  switch (engine) {
    case v1::ENGINE_REFERENCE:
      return "reference";
    case v1::ENGINE_TORCH:
      return "torch";
    case v1::ENGINE_FUSED:
      return "fused";
    default:
      return "unknown";
  }
}

}  // namespace

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

absl::Status CheckEngine(v1::Engine engine, const Task&, const cuda::Device* device) {
  if (device == nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the ", std::string(EngineName(engine)), " engine does not run on cuda; give --device cpu"));
}

absl::StatusOr<std::unique_ptr<InnerRuns>> MakeRuns(v1::Engine engine,
                                                    const v1::LearnedOptimizer& optimizer,
                                                    const v1::Task& task_config, const Task& task,
                                                    int runs,
                                                    std::shared_ptr<const cuda::Device> device) {
  if (absl::Status status = CheckEngine(engine, task, device.get()); !status.ok()) return status;
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
