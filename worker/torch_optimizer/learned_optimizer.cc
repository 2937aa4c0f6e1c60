#include "worker/torch_optimizer/learned_optimizer.h"

#include <torch/serialize/archive.h>
#include <torch/utils.h>

#include <cmath>
#include <utility>

#include "worker/torch_optimizer/learned_optimizer_impl.h"
#include "worker/torch_optimizer/refuse.h"

namespace paceline {

void LearnedOptimizerOptions::serialize(torch::serialize::OutputArchive& archive) const {
  archive.write("lr", c10::IValue(lr()));
  archive.write("weight_decay", c10::IValue(weight_decay()));
  archive.write("max_grad_norm", c10::IValue(max_grad_norm()));
  archive.write("turn_weights", c10::IValue(turn_weights()));
  archive.write("kind", c10::IValue(static_cast<int64_t>(kind())));
}

void LearnedOptimizerOptions::serialize(torch::serialize::InputArchive& archive) {
  c10::IValue value;
  archive.read("lr", value);
  lr(value.toDouble());
  archive.read("weight_decay", value);
  weight_decay(value.toDouble());
  archive.read("max_grad_norm", value);
  max_grad_norm(value.toDouble());
  archive.read("turn_weights", value);
  turn_weights(value.toBool());
  archive.read("kind", value);
  kind(static_cast<ParameterKind>(value.toInt()));
}

LearnedOptimizer::LearnedOptimizer(const std::vector<torch::optim::OptimizerParamGroup>& groups,
                                   const std::string& checkpoint,
                                   const LearnedOptimizerOptions& defaults)
    : Optimizer(WithLeavesOnly(groups), std::make_unique<LearnedOptimizerOptions>(defaults)),
      impl_(std::make_unique<Impl>(checkpoint, defaults.num_steps())) {
  impl_->Check(param_groups_);
}

LearnedOptimizer::LearnedOptimizer(std::vector<torch::Tensor> parameters,
                                   const std::string& checkpoint,
                                   const LearnedOptimizerOptions& defaults)
    : LearnedOptimizer({torch::optim::OptimizerParamGroup(std::move(parameters))}, checkpoint,
                       defaults) {}

LearnedOptimizer::~LearnedOptimizer() = default;

torch::Tensor LearnedOptimizer::step(LossClosure closure) {
  torch::Tensor loss;
  if (closure != nullptr) {
    at::AutoGradMode enable_grad(true);
    loss = closure();
    if (loss.defined()) loss_ = loss.item<double>();
  }
  if (ReadsLoss(impl_->config())) CheckLoss();
  impl_->Step(param_groups_, static_cast<float>(loss_.value_or(0)));
  loss_.reset();
  return loss;
}

void LearnedOptimizer::CheckLoss() {
  if (!loss_) {
    Refuse(
        "{} reads the loss: call step with a closure that returns it, or set_loss before each step",
        kind());
  }
  if (std::isfinite(static_cast<float>(*loss_))) return;
  Refuse("the loss is {}, which {} would carry in its features for ever after: leave this step out",
         *std::exchange(loss_, std::nullopt), kind());
}

void LearnedOptimizer::reset() { impl_->Reset(); }

const std::string& LearnedOptimizer::kind() const { return impl_->kind(); }

void LearnedOptimizer::save(torch::serialize::OutputArchive& archive) const {
  impl_->Save(param_groups_, archive);
}

void LearnedOptimizer::load(torch::serialize::InputArchive& archive) {
  impl_->Load(param_groups_, archive);
}

}  // namespace paceline
