// Momentum or Adam whose log learning rate is a small network of progress and loss
// (proto/paceline/v1/optimizer.proto, LearnedSchedule).
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>

#include "common/lopt/learned_schedule/family.h"
#include "worker/reference/recurrent.h"
#include "worker/reference/setup.h"

namespace paceline {
namespace {

class ReferenceLearnedSchedule : public ReferenceOptimizer {
 public:
  explicit ReferenceLearnedSchedule(const ReferenceSetup& setup)
      : ReferenceOptimizer(setup.runs, setup.options),
        config_(setup.config.learned_schedule()),
        layout_(LayoutOf(setup.config)),
        history_(states()) {
    for (const ParameterTensor& tensor : setup.tensors) {
      first_.push_back(states().Add(tensor.shape));
      if (is_adam()) second_.push_back(states().Add(tensor.shape));
    }
  }

 private:
  bool is_adam() const { return config_.base() == v1::SCHEDULED_OPTIMIZER_ADAM; }
  at::Tensor Leaf(const char* path) const { return LeafOf(thetas_, layout_, path); }

  void ApplyTheta(const at::Tensor& thetas) override { thetas_ = thetas; }

  void ApplyUpdate(const UpdateInputs& inputs, std::vector<at::Tensor>& parameters) override {
    const at::Tensor rate = (Leaf("log_lr") + Offset(inputs)).exp();
    for (size_t i = 0; i < parameters.size(); ++i) {
      const at::Tensor direction = is_adam() ? AdamDirection(i, inputs) : Trace(i, inputs);
      parameters[i] = parameters[i] - Beside(rate, direction) * direction;
    }
  }

  // [run]
  at::Tensor Offset(const UpdateInputs& inputs) {
    const at::Tensor loss =
        history_.Update(states(), inputs.iterations, inputs.num_steps, inputs.losses, false);
    const at::Tensor length = inputs.num_steps.log10().unsqueeze(1) - 3;
    at::Tensor x = at::cat({ProgressFeatures(inputs.iterations, inputs.num_steps), loss, length}, 1)
                       .unsqueeze(1);
    for (uint32_t i = 0; i <= config_.layers(); ++i) {
      if (i > 0) x = config_.activation() == v1::SCHEDULE_ACTIVATION_RELU ? x.relu() : x.tanh();
      x = LinearOf(thetas_, layout_, "schedule/linear_" + std::to_string(i), x);
    }
    return x.reshape({-1});
  }

  at::Tensor Trace(size_t i, const UpdateInputs& inputs) {
    at::Tensor& trace = states()[first_[i]];
    const at::Tensor momentum = 1 - Leaf("one_minus_momentum").exp();
    trace = Beside(momentum, trace) * trace + inputs.gradients[i];
    return trace;
  }

  at::Tensor AdamDirection(size_t i, const UpdateInputs& inputs) {
    at::Tensor &m = states()[first_[i]], &v = states()[second_[i]];
    const at::Tensor& g = inputs.gradients[i];
    const at::Tensor rest1 = Leaf("one_minus_beta1").exp(), rest2 = Leaf("one_minus_beta2").exp();
    m = Beside(1 - rest1, g) * m + Beside(rest1, g) * g;
    v = Beside(1 - rest2, g) * v + Beside(rest2, g) * g.square();
    const auto correction = [&](const at::Tensor& rest) {
      const at::Tensor beta = 1 - rest.to(at::kDouble);
      return Beside((1 - beta.pow(inputs.iterations.to(at::kDouble) + 1)).to(g.scalar_type()), g);
    };
    const at::Tensor root = (v / correction(rest2) + 1e-8).sqrt();
    return m / correction(rest1) / (root + Beside(Leaf("log_epsilon").exp(), g));
  }

  const v1::LearnedSchedule config_;
  const ThetaLayout layout_;
  LossHistory history_;
  std::vector<RunStates::Slot> first_, second_;  // [run, shape...]
  at::Tensor thetas_;
};

}  // namespace

template <>
std::unique_ptr<ReferenceOptimizer> MakeReference<LearnedScheduleFamily>(
    const ReferenceSetup& setup) {
  return std::make_unique<ReferenceLearnedSchedule>(setup);
}

}  // namespace paceline
