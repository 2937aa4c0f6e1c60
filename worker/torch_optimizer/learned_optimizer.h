// A trained optimizer for a module of your own:
//
//   paceline::LearnedOptimizer optimizer(module->parameters(), "fashion-mlp.safetensors",
//                                        paceline::LearnedOptimizerOptions().num_steps(2000));
//   optimizer.step([&] { optimizer.zero_grad(); auto loss = ...; loss.backward(); return loss; });
//
// The checkpoint is what `paceline export` or `paceline import` writes; every kind of optimizer is
// served. Results are the same, bit for bit, as those of Paceline's own engine on the same
// gradients.
//
// Parameters that get gradients are float32, and so are their gradients; those on another device
// are copied to the processor and back in every step. They may have any strides and be views, as
// long as no two have an element in common. One that is listed twice in a group, as a shared layer
// is by module->parameters(), is updated once; in two groups it is refused. What never gets a
// gradient may be of any type. Wrong use and wrong files throw std::invalid_argument with a message
// that says what was expected; parameters and state are then as before. Not thread-safe.
#pragma once

#include <torch/optim/optimizer.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

// What a parameter is to its network, for the optimizers that go by it: mu_adafac_mlp divides the
// steps of hidden weights by their inputs, celo2 moves embeddings by AdamW.
enum class ParameterKind {
  // Fewer than two axes: a bias. Else weights, of the first, of the last or of a layer between, by
  // their order among all parameters with two axes or more.
  kAutomatic,
  kInputWeights,
  kHiddenWeights,
  kOutputWeights,
  kBias,
  kEmbedding,
  kOther,
};

// Of a parameter group; learning-rate schedulers of torch::optim drive `lr`.
class LearnedOptimizerOptions
    : public torch::optim::OptimizerCloneableOptions<LearnedOptimizerOptions> {
 public:
  LearnedOptimizerOptions() = default;

  // Factor on the learned update; with 1 it is taken as it is.
  TORCH_ARG(double, lr) = 1;
  // Decoupled: p ← update(p) − lr·weight_decay·p.
  TORCH_ARG(double, weight_decay) = 0;
  // The group's gradients are scaled down to this Euclidean norm before all else. 0: they are not.
  TORCH_ARG(double, max_grad_norm) = 0;
  // Optimizers are trained on weights [..., in, out]; torch's Linear and convolutions have
  // [out, in, ...]. true: parameters of two axes or more are turned for the optimizer, which
  // matters to those that tell rows from columns where the two are equally long. Turn it off for
  // weights that already are [in, out] and for embeddings.
  TORCH_ARG(bool, turn_weights) = true;
  TORCH_ARG(ParameterKind, kind) = ParameterKind::kAutomatic;
  // Steps that the training will have. hyper_v2 and learned_schedule need it; of the optimizer as a
  // whole, so that only the constructor's `defaults` count.
  TORCH_ARG(int64_t, num_steps) = 0;

 public:
  void serialize(torch::serialize::InputArchive& archive) override;
  void serialize(torch::serialize::OutputArchive& archive) const override;
  double get_lr() const override { return lr(); }
  void set_lr(double lr) override { this->lr(lr); }
};

class LearnedOptimizer : public torch::optim::Optimizer {
 public:
  LearnedOptimizer(const std::vector<torch::optim::OptimizerParamGroup>& groups,
                   const std::string& checkpoint, const LearnedOptimizerOptions& defaults = {});
  LearnedOptimizer(std::vector<torch::Tensor> parameters, const std::string& checkpoint,
                   const LearnedOptimizerOptions& defaults = {});
  ~LearnedOptimizer() override;

  // One update of every parameter that has a gradient, as LibTorch's own optimizers do it, whether
  // or not it still requires one. Without a gradient it is left alone, and its state is kept. Its
  // shape and its group's turn_weights and kind are those of its first step. Optimizers
  // that look at all tensors together (hyper_v2, rnn_mlp_lopt, learned_schedule, any with
  // clip.global_norm) take those that have a gradient in the first step, and then always those.
  //
  // hyper_v2, rnn_mlp_lopt and learned_schedule read the loss: it is what `closure` returns, or,
  // without a closure, what set_loss was told since the last step. One that is not finite is
  // refused: their averages would never lose it, and the parameters would be lost in this step.
  torch::Tensor step(LossClosure closure = nullptr) override;
  void set_loss(double loss) { loss_ = loss; }

  // Forgets all state, as if no step had been taken.
  void reset();

  // "adafac_mlp", ...
  const std::string& kind() const;

  // torch::save(optimizer, path) and torch::load(optimizer, path) use these. State that was saved
  // for other shapes, another checkpoint or another number of parameters is refused, and nothing is
  // changed.
  void save(torch::serialize::OutputArchive& archive) const override;
  void load(torch::serialize::InputArchive& archive) override;

 private:
  class Impl;

  void CheckLoss();

  std::unique_ptr<Impl> impl_;
  std::optional<double> loss_;
};

}  // namespace paceline
