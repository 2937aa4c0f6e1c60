// Hand-designed optimizers whose scalars are θ (reference/learned-optimizers.md §2.1).
#include <ATen/TensorOperators.h>

#include "tests/testing/torch/torch_optim_kinds.h"

namespace paceline {
namespace {

// Added inside Adam's root.
constexpr double kEpsilonRoot = 1e-8;

// A number for each run [run] beside a tensor [run, shape...].
at::Tensor Beside(const at::Tensor& per_run, const at::Tensor& tensor) {
  std::vector<int64_t> shape(static_cast<size_t>(tensor.dim()), 1);
  shape[0] = per_run.size(0);
  return per_run.view(shape);
}

// 1 − β^(iterations + 1), in double: for β close to 1 little is left of it in float.
at::Tensor BiasCorrection(const at::Tensor& one_minus_beta, const at::Tensor& iterations) {
  const at::Tensor beta = 1 - one_minus_beta.to(at::kDouble);
  return (1 - beta.pow(iterations.to(at::kDouble) + 1)).to(at::kFloat);
}

std::vector<int64_t> ShapeOf(const TorchOptimSetup& setup, size_t tensor) {
  return WithRuns(setup.runs, setup.tensors[tensor].shape);
}

class TorchSgd : public TorchOptim {
 public:
  explicit TorchSgd(const TorchOptimSetup& setup)
      : TorchOptim(setup.options), layout_(LayoutOf(setup.config)) {}

 private:
  void ApplyTheta(const at::Tensor& thetas) override {
    learning_rate_ = LeafOf(thetas, layout_, "log_lr").exp();
  }

  void ApplyUpdate(const at::Tensor&, const std::vector<at::Tensor>& gradients,
                   const std::vector<at::Tensor>& parameters) override {
    for (size_t i = 0; i < parameters.size(); ++i) {
      parameters[i].sub_(Beside(learning_rate_, gradients[i]) * gradients[i]);
    }
  }

  ThetaLayout layout_;
  at::Tensor learning_rate_;  // [run]
};

class TorchSgdm : public TorchOptim {
 public:
  explicit TorchSgdm(const TorchOptimSetup& setup)
      : TorchOptim(setup.options), layout_(LayoutOf(setup.config)) {
    for (size_t i = 0; i < setup.tensors.size(); ++i) trace_.push_back(NewState(ShapeOf(setup, i)));
  }

 private:
  void ApplyTheta(const at::Tensor& thetas) override {
    learning_rate_ = LeafOf(thetas, layout_, "log_lr").exp();
    momentum_ = 1 - LeafOf(thetas, layout_, "one_minus_momentum").exp();
  }

  void ApplyUpdate(const at::Tensor&, const std::vector<at::Tensor>& gradients,
                   const std::vector<at::Tensor>& parameters) override {
    for (size_t i = 0; i < parameters.size(); ++i) {
      trace_[i].mul_(Beside(momentum_, trace_[i])).add_(gradients[i]);
      parameters[i].sub_(Beside(learning_rate_, trace_[i]) * trace_[i]);
    }
  }

  ThetaLayout layout_;
  at::Tensor learning_rate_, momentum_;  // [run]
  std::vector<at::Tensor> trace_;
};

class TorchAdam : public TorchOptim {
 public:
  explicit TorchAdam(const TorchOptimSetup& setup)
      : TorchOptim(setup.options), layout_(LayoutOf(setup.config)) {
    for (size_t i = 0; i < setup.tensors.size(); ++i) {
      first_.push_back(NewState(ShapeOf(setup, i)));
      second_.push_back(NewState(ShapeOf(setup, i)));
    }
  }

 private:
  void ApplyTheta(const at::Tensor& thetas) override {
    learning_rate_ = LeafOf(thetas, layout_, "log_lr").exp();
    one_minus_beta1_ = LeafOf(thetas, layout_, "one_minus_beta1").exp();
    one_minus_beta2_ = LeafOf(thetas, layout_, "one_minus_beta2").exp();
    epsilon_ = LeafOf(thetas, layout_, "log_epsilon").exp();
  }

  void ApplyUpdate(const at::Tensor& iterations, const std::vector<at::Tensor>& gradients,
                   const std::vector<at::Tensor>& parameters) override {
    const at::Tensor beta1 = 1 - one_minus_beta1_, beta2 = 1 - one_minus_beta2_;
    const at::Tensor correction1 = BiasCorrection(one_minus_beta1_, iterations);
    const at::Tensor correction2 = BiasCorrection(one_minus_beta2_, iterations);
    for (size_t i = 0; i < parameters.size(); ++i) {
      const at::Tensor& g = gradients[i];
      at::Tensor &m = first_[i], &v = second_[i];
      m.mul_(Beside(beta1, g)).add_(Beside(one_minus_beta1_, g) * g);
      v.mul_(Beside(beta2, g)).add_(Beside(one_minus_beta2_, g) * g.square());
      const at::Tensor root = (v / Beside(correction2, g) + kEpsilonRoot).sqrt_();
      const at::Tensor direction = m / Beside(correction1, g) / (root + Beside(epsilon_, g));
      parameters[i].sub_(Beside(learning_rate_, g) * direction);
    }
  }

  ThetaLayout layout_;
  at::Tensor learning_rate_, one_minus_beta1_, one_minus_beta2_, epsilon_;  // [run]
  std::vector<at::Tensor> first_, second_;
};

}  // namespace

std::unique_ptr<TorchOptim> MakeTorchSgd(const TorchOptimSetup& setup) {
  return std::make_unique<TorchSgd>(setup);
}
std::unique_ptr<TorchOptim> MakeTorchSgdm(const TorchOptimSetup& setup) {
  return std::make_unique<TorchSgdm>(setup);
}
std::unique_ptr<TorchOptim> MakeTorchAdam(const TorchOptimSetup& setup) {
  return std::make_unique<TorchAdam>(setup);
}

}  // namespace paceline
