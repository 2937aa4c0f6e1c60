#include "worker/optim/make.h"

#include <utility>

#include "common/base/aligned_floats.h"

namespace paceline {
namespace {

struct PreparedFloats : PreparedTheta {
  explicit PreparedFloats(size_t size) : floats(size) {}
  AlignedFloats floats;
};

// Any family on the CPU.
template <class Plan>
class KernelOptimizer : public Optimizer {
 public:
  KernelOptimizer(OwnedPlan<Plan> owned, const OptimOps<Plan>& ops)
      : owned_(std::move(owned)), ops_(ops) {}

  size_t state_size() const override { return plan().state_size; }
  size_t prepared_size() const override { return plan().prepared_size; }
  // Room to align what the caller gives.
  size_t scratch_size() const override { return plan().scratch_size + AlignedFloats::kSlack; }

  std::unique_ptr<PreparedTheta> Prepare(std::span<const float> theta) const override {
    auto prepared = std::make_unique<PreparedFloats>(plan().prepared_size);
    ops_.prepare(plan(), theta.data(), prepared->floats.data());
    return prepared;
  }
  void InitState(const PreparedTheta& prepared, std::span<float> state) const override {
    ops_.init_state(plan(), FloatsOf(prepared), state.data());
  }
  void Update(const PreparedTheta& prepared, const InnerStep& step, std::span<float> parameters,
              std::span<float> state, std::span<float> scratch) const override {
    ops_.update(plan(), FloatsOf(prepared), step, parameters.data(), state.data(),
                AlignedFloats::AlignUp(scratch.data()));
  }

 private:
  const Plan& plan() const { return owned_.plan; }
  static const float* FloatsOf(const PreparedTheta& prepared) {
    return static_cast<const PreparedFloats&>(prepared).floats.data();
  }

  const OwnedPlan<Plan> owned_;
  const OptimOps<Plan>& ops_;
};

}  // namespace

std::unique_ptr<Optimizer> MakeOptimizerFor(const v1::LearnedOptimizer& config,
                                            const std::vector<ParameterTensor>& tensors,
                                            lane::Target target) {
  return VisitPlan(config, tensors, [&](auto owned) -> std::unique_ptr<Optimizer> {
    using Plan = typename decltype(owned)::Plan;
    return std::make_unique<KernelOptimizer<Plan>>(std::move(owned), OpsFor<Plan>(target));
  });
}

std::unique_ptr<Optimizer> MakeOptimizer(const v1::LearnedOptimizer& config,
                                         const std::vector<ParameterTensor>& tensors,
                                         Arithmetic arithmetic) {
  return MakeOptimizerFor(
      config, tensors,
      arithmetic == Arithmetic::kSimd ? lane::ActiveTarget() : lane::Target::kScalar);
}

}  // namespace paceline
