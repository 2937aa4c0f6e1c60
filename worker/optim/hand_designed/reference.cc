// Hand-designed optimizers whose scalars are θ (docs/reference/learned-optimizers.md §2).
#include <ATen/TensorOperators.h>

#include "common/lopt/hand_designed/family.h"
#include "worker/reference/setup.h"

namespace paceline {
namespace {

// Added inside Adam's root.
constexpr double kEpsilonRoot = 1e-8;

// 1 − β^(iterations + 1), in double: for β close to 1 little is left of it in float.
at::Tensor BiasCorrection(const at::Tensor& one_minus_beta, const at::Tensor& iterations) {
  const at::Tensor beta = 1 - one_minus_beta.to(at::kDouble);
  return (1 - beta.pow(iterations.to(at::kDouble) + 1)).to(one_minus_beta.scalar_type());
}

// One slot for each tensor, of its shape.
std::vector<RunStates::Slot> AddForEach(const ReferenceSetup& setup, RunStates& states) {
  std::vector<RunStates::Slot> slots;
  for (const ParameterTensor& tensor : setup.tensors) slots.push_back(states.Add(tensor.shape));
  return slots;
}

class ReferenceSgd : public ReferenceOptimizer {
 public:
  explicit ReferenceSgd(const ReferenceSetup& setup)
      : ReferenceOptimizer(setup.runs, setup.options), layout_(LayoutOf(setup.config)) {}

 private:
  void ApplyTheta(const at::Tensor& thetas) override {
    learning_rate_ = LeafOf(thetas, layout_, "log_lr").exp();
  }

  void ApplyUpdate(const UpdateInputs& inputs, std::vector<at::Tensor>& parameters) override {
    for (size_t i = 0; i < parameters.size(); ++i) {
      const at::Tensor& g = inputs.gradients[i];
      parameters[i] = parameters[i] - Beside(learning_rate_, g) * g;
    }
  }

  ThetaLayout layout_;
  at::Tensor learning_rate_;  // [run]
};

class ReferenceSgdm : public ReferenceOptimizer {
 public:
  explicit ReferenceSgdm(const ReferenceSetup& setup)
      : ReferenceOptimizer(setup.runs, setup.options),
        layout_(LayoutOf(setup.config)),
        trace_(AddForEach(setup, states())) {}

 private:
  void ApplyTheta(const at::Tensor& thetas) override {
    learning_rate_ = LeafOf(thetas, layout_, "log_lr").exp();
    momentum_ = 1 - LeafOf(thetas, layout_, "one_minus_momentum").exp();
  }

  void ApplyUpdate(const UpdateInputs& inputs, std::vector<at::Tensor>& parameters) override {
    for (size_t i = 0; i < parameters.size(); ++i) {
      at::Tensor& trace = states()[trace_[i]];
      trace = Beside(momentum_, trace) * trace + inputs.gradients[i];
      parameters[i] = parameters[i] - Beside(learning_rate_, trace) * trace;
    }
  }

  ThetaLayout layout_;
  at::Tensor learning_rate_, momentum_;  // [run]
  std::vector<RunStates::Slot> trace_;
};

class ReferenceAdam : public ReferenceOptimizer {
 public:
  explicit ReferenceAdam(const ReferenceSetup& setup)
      : ReferenceOptimizer(setup.runs, setup.options),
        layout_(LayoutOf(setup.config)),
        first_(AddForEach(setup, states())),
        second_(AddForEach(setup, states())) {}

 private:
  void ApplyTheta(const at::Tensor& thetas) override {
    learning_rate_ = LeafOf(thetas, layout_, "log_lr").exp();
    one_minus_beta1_ = LeafOf(thetas, layout_, "one_minus_beta1").exp();
    one_minus_beta2_ = LeafOf(thetas, layout_, "one_minus_beta2").exp();
    epsilon_ = LeafOf(thetas, layout_, "log_epsilon").exp();
  }

  void ApplyUpdate(const UpdateInputs& inputs, std::vector<at::Tensor>& parameters) override {
    const at::Tensor correction1 = BiasCorrection(one_minus_beta1_, inputs.iterations);
    const at::Tensor correction2 = BiasCorrection(one_minus_beta2_, inputs.iterations);
    for (size_t i = 0; i < parameters.size(); ++i) {
      const at::Tensor& g = inputs.gradients[i];
      const at::Tensor rest1 = Beside(one_minus_beta1_, g), rest2 = Beside(one_minus_beta2_, g);
      at::Tensor &m = states()[first_[i]], &v = states()[second_[i]];
      m = (1 - rest1) * m + rest1 * g;
      v = (1 - rest2) * v + rest2 * g.square();
      const at::Tensor root = (v / Beside(correction2, g) + kEpsilonRoot).sqrt();
      const at::Tensor direction = m / Beside(correction1, g) / (root + Beside(epsilon_, g));
      parameters[i] = parameters[i] - Beside(learning_rate_, g) * direction;
    }
  }

  ThetaLayout layout_;
  at::Tensor learning_rate_, one_minus_beta1_, one_minus_beta2_, epsilon_;  // [run]
  std::vector<RunStates::Slot> first_, second_;
};

}  // namespace

template <>
std::unique_ptr<ReferenceOptimizer> MakeReference<LearnableSgdFamily>(const ReferenceSetup& setup) {
  return std::make_unique<ReferenceSgd>(setup);
}
template <>
std::unique_ptr<ReferenceOptimizer> MakeReference<LearnableSgdmFamily>(
    const ReferenceSetup& setup) {
  return std::make_unique<ReferenceSgdm>(setup);
}
template <>
std::unique_ptr<ReferenceOptimizer> MakeReference<LearnableAdamFamily>(
    const ReferenceSetup& setup) {
  return std::make_unique<ReferenceAdam>(setup);
}

}  // namespace paceline
