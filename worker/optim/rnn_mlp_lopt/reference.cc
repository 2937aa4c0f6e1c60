// RNNMLPLOpt (docs/reference/learned-optimizers.md §7).
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <numbers>

#include "common/lopt/rnn_mlp_lopt/family.h"
#include "worker/reference/network.h"
#include "worker/reference/recurrent.h"
#include "worker/reference/setup.h"

namespace paceline {
namespace {

constexpr double kTrainDecay = 0.9, kValidDecay = 0.95, kClipDecay = 0.99;

// A running mean and variance of losses [run].
class LossAverage {
 public:
  LossAverage(double decay, RunStates& states)
      : decay_(decay), mean_(states.Add({})), variance_(states.Add({})), updates_(states.Add({})) {}

  void Update(RunStates& states, const at::Tensor& losses) const {
    at::Tensor &mean = states[mean_], &variance = states[variance_];
    mean = decay_ * mean + (1 - decay_) * losses;
    variance = decay_ * variance + (1 - decay_) * (mean - losses).square();
    states[updates_] = states[updates_] + 1;
  }
  at::Tensor Mean(const RunStates& states) const { return states[mean_] / Correction(states); }
  at::Tensor Feature(const RunStates& states, const at::Tensor& losses) const {
    const at::Tensor variance = states[variance_] / Correction(states);
    return ((losses - Mean(states)) * (variance + 1e-8).rsqrt()).clamp(-5, 5);
  }

 private:
  at::Tensor Correction(const RunStates& states) const {
    const at::Tensor& updates = states[updates_];
    const at::Tensor power = at::full_like(updates, decay_, at::kDouble).pow(updates);
    return (1 - power + 1e-8).to(updates.scalar_type());
  }

  double decay_;
  RunStates::Slot mean_, variance_, updates_;
};

// One tensor's moments, its gradient and its parameters, all [run, decay or 1, element].
struct TensorValues {
  at::Tensor g, p, m, v;
};

at::Tensor MeanOfAll(const at::Tensor& x) { return x.flatten(1).mean(1, /*keepdim=*/true); }
at::Tensor SpreadOfAll(const at::Tensor& x) { return SpreadOf(x.flatten(1)); }
at::Tensor NormOf(const at::Tensor& x) {
  return x.flatten(1).square().sum(1, /*keepdim=*/true).sqrt();
}

class ReferenceRnnMlp : public ReferenceOptimizer {
 public:
  explicit ReferenceRnnMlp(const ReferenceSetup& setup)
      : ReferenceOptimizer(setup.runs, setup.options),
        config_(setup.config.rnn_mlp_lopt()),
        layout_(LayoutOf(setup.config)),
        shapes_(setup.tensors),
        lstm_(layout_, "rnn_params/rnn/linear", tensor_count(), states()),
        train_(kTrainDecay, states()),
        valid_(kValidDecay, states()),
        clip_updates_(states().Add({}, 1)),
        clip_size_(states().Add({}, 0.01)),
        from_lstm_(states().Add({config_.from_lstm()})),
        from_mlp_(states().Add({tensor_count(), config_.from_mlp()})) {
    std::vector<double> decays(config_.decays().begin(), config_.decays().end());
    if (decays.empty()) decays = {.5, .9, .99, .999, .9999};
    decays_ = at::tensor(decays, setup.options).unsqueeze(1);
    for (const ParameterTensor& tensor : setup.tensors) {
      const std::vector<int64_t> shape = {decays_.size(0), static_cast<int64_t>(tensor.size)};
      momenta_.push_back(states().Add(shape));
      seconds_.push_back(states().Add(shape));
    }
  }

 private:
  int64_t tensor_count() const { return static_cast<int64_t>(shapes_.size()); }

  void ApplyTheta(const at::Tensor& thetas) override {
    thetas_ = thetas;
    lstm_.SetTheta(thetas, states());
    states().SetInitial(from_lstm_, LeafOf(thetas, layout_, "initial_from_lstm"));
    states().SetInitial(from_mlp_, LeafOf(thetas, layout_, "initial_from_mlp").unsqueeze(1));
  }

  void ApplyUpdate(const UpdateInputs& inputs, std::vector<at::Tensor>& parameters) override {
    if (inputs.is_valid) return valid_.Update(states(), inputs.losses);
    train_.Update(states(), inputs.losses);
    const std::vector<TensorValues> tensors = MoveMoments(inputs, parameters);
    const at::Tensor hidden = RunLstm(inputs, tensors);
    const at::Tensor to_network = LinearOf(thetas_, layout_, "rnn_to_ff_params/rnn_to_ff", hidden);
    std::vector<at::Tensor> from_mlp;
    for (size_t i = 0; i < tensors.size(); ++i) {
      const at::Tensor constants = at::cat({TensorConstants(inputs.iterations, tensors[i]),
                                            to_network.select(1, static_cast<int64_t>(i))},
                                           1);
      const at::Tensor outputs = Network(tensors[i], constants);
      from_mlp.push_back(outputs.narrow(1, 2, config_.from_mlp()).mean(2));
      const at::Tensor step = StepOf(outputs, config_.step_multiplier(), config_.exp_multiplier());
      parameters[i] = parameters[i] - step.reshape(parameters[i].sizes());
    }
    states()[from_mlp_] = at::stack(from_mlp, 1);
  }

  std::vector<TensorValues> MoveMoments(const UpdateInputs& inputs,
                                        const std::vector<at::Tensor>& parameters) {
    at::Tensor &updates = states()[clip_updates_], &size = states()[clip_size_];
    const at::Tensor power = at::full_like(updates, kClipDecay).pow(updates);
    const at::Tensor limit = (10 * size / (1 - power)).view({-1, 1, 1});
    std::vector<TensorValues> tensors;
    at::Tensor squares = at::zeros_like(size);
    for (size_t i = 0; i < parameters.size(); ++i) {
      at::Tensor &m = states()[momenta_[i]], &v = states()[seconds_[i]];
      const std::vector<int64_t> flat = {m.size(0), 1, m.size(2)};
      const at::Tensor g =
          at::maximum(-limit, at::minimum(limit, inputs.gradients[i].reshape(flat)));
      m = decays_ * m + (1 - decays_) * g;
      v = decays_ * v + (1 - decays_) * g.square();
      squares = squares + MeanOfAll(g.square()).squeeze(1) / static_cast<double>(tensor_count());
      tensors.push_back({g, parameters[i].reshape(flat), m, v});
    }
    size = kClipDecay * size + (1 - kClipDecay) * (squares + 1e-8).sqrt();
    updates = updates + 1;
    return tensors;
  }

  // The LSTMs' hidden states, [run, tensor, unit].
  at::Tensor RunLstm(const UpdateInputs& inputs, const std::vector<TensorValues>& tensors) {
    const at::Tensor losses = at::stack(
        {train_.Feature(states(), inputs.losses), train_.Feature(states(), valid_.Mean(states()))},
        1);
    std::vector<at::Tensor> rows;
    for (size_t i = 0; i < tensors.size(); ++i) {
      const at::Tensor own = states()[from_mlp_].select(1, static_cast<int64_t>(i));
      rows.push_back(at::cat(
          {states()[from_lstm_], own, Statistics(i, tensors[i]), losses, Spreads(tensors[i])}, 1));
    }
    const ReferenceLstm::State lstm = lstm_.Run(states(), at::stack(rows, 1));
    lstm_.Keep(states(), lstm);
    states()[from_lstm_] =
        LinearOf(thetas_, layout_, "rnn_to_in_params/rnn_to_in", lstm.hidden).mean(1);
    return lstm.hidden;
  }

  at::Tensor Statistics(size_t i, const TensorValues& t) const {
    const std::vector<int64_t>& shape = shapes_[i].shape;
    std::vector<at::Tensor> columns = {
        ClippedLog(NormOf(t.g)),
        at::full({t.g.size(0), 1}, shape.empty() ? 1.0 : -1.0, t.g.options())};
    for (const at::Tensor& x : {t.m, t.v, t.p}) {
      columns.push_back(ClippedLog(MeanOfAll(x)));
      columns.push_back(MeanOfAll(x).sign());
    }
    columns.push_back(ClippedLog(NormOf(t.p)));
    for (size_t axis = 0; axis < 4; ++axis) {
      const double length = axis < shape.size() ? static_cast<double>(shape[axis]) : 1;
      columns.push_back(at::full({t.g.size(0), 1}, std::log(length) - 1, t.g.options()));
    }
    return at::cat(columns, 1);
  }

  static at::Tensor Spreads(const TensorValues& t) {
    return at::cat(
        {ClippedLog(SpreadOfAll(t.m)), ClippedLog(SpreadOfAll(t.v)), ClippedLog(SpreadOfAll(t.p))},
        1);
  }

  // What the network sees alike at every element, but for the LSTM's part: [run, 14].
  at::Tensor TensorConstants(const at::Tensor& iterations, const TensorValues& t) const {
    const at::Tensor scales = at::tensor({1., 3., 10., 30., 100., 300., 1e3, 3e3, 1e4, 3e4, 1e5},
                                         t.g.options().dtype(at::kDouble));
    const at::Tensor angles = iterations.to(at::kDouble).unsqueeze(1) / (scales * std::numbers::pi);
    const auto number = [&](double x) { return at::full({t.g.size(0), 1}, x, t.g.options()); };
    return at::cat({angles.sin().to(t.g.scalar_type()),
                    number(std::log(static_cast<double>(tensor_count())) - 1),
                    (NormOf(t.p) + 1e-8).log(), number(std::log(static_cast<double>(t.p.size(2))))},
                   1);
  }

  // [run, output, element]
  at::Tensor Network(const TensorValues& t, const at::Tensor& constants) const {
    const at::Tensor inverse = (t.v + 1e-6).rsqrt();
    const at::Tensor features = SecondMomentNormalized(
        at::cat({t.g, t.p, (t.p.abs() + 1e-8).log(), t.m, t.v, t.m * inverse, inverse}, 1));
    at::Tensor x = at::cat({features, constants.unsqueeze(2).expand({-1, -1, t.g.size(2)})}, 1)
                       .transpose(1, 2);
    for (uint32_t i = 0; i <= config_.layers(); ++i) {
      if (i > 0) x = x.relu();
      x = LinearOf(thetas_, layout_, "ffmod_params/mlp/~/linear_" + std::to_string(i), x);
    }
    return x.transpose(1, 2);
  }

  const v1::RnnMlpLopt config_;
  const ThetaLayout layout_;
  const std::vector<ParameterTensor> shapes_;
  ReferenceLstm lstm_;
  LossAverage train_, valid_;
  RunStates::Slot clip_updates_, clip_size_;
  RunStates::Slot from_lstm_, from_mlp_;
  std::vector<RunStates::Slot> momenta_, seconds_;  // [run, decay, element]
  at::Tensor decays_;                               // [decay, 1]
  at::Tensor thetas_;
};

}  // namespace

template <>
std::unique_ptr<ReferenceOptimizer> MakeReference<RnnMlpLoptFamily>(const ReferenceSetup& setup) {
  return std::make_unique<ReferenceRnnMlp>(setup);
}

}  // namespace paceline
