#include "worker/cuda/optimizer.h"

#include <utility>

#include "worker/cuda/call.h"
#include "worker/cuda/launches.h"

namespace paceline::cuda {
namespace {

template <class Plan>
class PlannedOptimizer : public Optimizer {
 public:
  PlannedOptimizer(const Device& device, DevicePlan<Plan> plan)
      : device_(device), plan_(std::move(plan)) {}

  OptimizerSizes sizes() const override { return SizesOf(plan_.plan()); }
  absl::Status LaunchPrepare(CUstream_st* stream, const UpdateArrays& arrays, const int32_t* begins,
                             int runs) const override {
    if (absl::Status status = device_.Use(); !status.ok()) return status;
    return Checked("launch of PrepareKernel",
                   LaunchesOf<Plan>().prepare(stream, plan_.plan(), arrays, begins, runs));
  }
  absl::Status LaunchUpdate(CUstream_st* stream, const UpdateArrays& arrays,
                            int runs) const override {
    if (absl::Status status = device_.Use(); !status.ok()) return status;
    return Checked("launch of UpdateKernel",
                   LaunchesOf<Plan>().update(stream, plan_.plan(), arrays, runs,
                                             device_.info().shared_bytes_per_block));
  }

 private:
  const Device& device_;
  DevicePlan<Plan> plan_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Optimizer>> MakeOptimizer(
    const Device& device, const v1::LearnedOptimizer& config,
    const std::vector<ParameterTensor>& tensors) {
  auto stream = Stream::Create(device);
  if (!stream.ok()) return stream.status();
  return VisitPlan(config, tensors, [&](auto owned) -> absl::StatusOr<std::unique_ptr<Optimizer>> {
    using Plan = typename decltype(owned)::Plan;
    auto plan = DevicePlan<Plan>::Upload(device, *stream, owned);
    if (!plan.ok()) return plan.status();
    if (absl::Status status = stream->Wait(); !status.ok()) return status;
    return std::make_unique<PlannedOptimizer<Plan>>(device, *std::move(plan));
  });
}

}  // namespace paceline::cuda
