// HyperV2, VeLO's optimizer (docs/reference/learned-optimizers.md §8).
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>

#include "common/lopt/adafac_mlp/decays.h"
#include "common/lopt/hyper_v2/family.h"
#include "worker/reference/accumulators.h"
#include "worker/reference/network.h"
#include "worker/reference/recurrent.h"
#include "worker/reference/setup.h"

namespace paceline {
namespace {

constexpr int kGroups = 14;

at::Tensor HalfClippedLog(const at::Tensor& x) { return 0.5 * ClippedLog(10 * x); }

class ReferenceHyperV2 : public ReferenceOptimizer {
 public:
  explicit ReferenceHyperV2(const ReferenceSetup& setup)
      : ReferenceOptimizer(setup.runs, setup.options),
        config_(setup.config.hyper_v2()),
        layout_(LayoutOf(setup.config)),
        tensors_(setup.tensors),
        lstm_(layout_, "rnn_params/rnn/linear", static_cast<int64_t>(tensors_.size()), states()),
        history_(states()) {
    const auto decays = [&](const std::vector<double>& values) {
      return at::tensor(values, setup.options).view({1, -1, 1});
    };
    const AdafacDecayValues values = DecayValuesOf(config_);
    decays_ = {decays(values.momentum), decays({values.rms}), decays(values.factored)};
    for (const ParameterTensor& tensor : setup.tensors) {
      accumulators_.emplace_back(tensor, states());
    }
  }

 private:
  void ApplyTheta(const at::Tensor& thetas) override {
    thetas_ = thetas;
    lstm_.SetTheta(thetas, states());
  }

  void ApplyUpdate(const UpdateInputs& inputs, std::vector<at::Tensor>& parameters) override {
    const at::Tensor hidden = RunLstm(TensorFeatures(inputs, parameters));
    const at::Tensor controls = LinearOf(thetas_, layout_, "rnn_params/rnn_to_controls", hidden);
    const at::Tensor rates = LinearOf(thetas_, layout_, "rnn_params/step_size", hidden);
    for (size_t i = 0; i < parameters.size(); ++i) {
      const auto tensor = static_cast<int64_t>(i);
      const at::Tensor step =
          Step(i, inputs.gradients[i], parameters[i], controls.select(1, tensor)) *
          rates.select(1, tensor);
      parameters[i] = parameters[i] - step.reshape(parameters[i].sizes());
    }
  }

  // What the LSTM sees of every tensor before the step, [run, tensor, feature].
  at::Tensor TensorFeatures(const UpdateInputs& inputs, const std::vector<at::Tensor>& parameters) {
    const at::Tensor shared =
        at::cat({ProgressFeatures(inputs.iterations, inputs.num_steps),
                 history_.Update(states(), inputs.iterations, inputs.num_steps, inputs.losses,
                                 config_.use_bugged_loss_features())},
                1);
    std::vector<at::Tensor> rows;
    for (size_t i = 0; i < parameters.size(); ++i) {
      rows.push_back(at::cat({shared, OwnFeatures(i, parameters[i])}, 1));
    }
    return at::stack(rows, 1);
  }

  at::Tensor OwnFeatures(size_t i, const at::Tensor& parameter) {
    const at::Tensor square = parameter.reshape({parameter.size(0), 1, -1}).square().mean(2, true);
    const at::Tensor scale = square.clamp_min(1e-9).rsqrt();
    const at::Tensor m = accumulators_[i].momenta(states()) * scale;
    const at::Tensor rms = accumulators_[i].rms(states()) * scale;
    const at::Tensor mean = m.mean(2, /*keepdim=*/true);
    std::vector<at::Tensor> columns = {HalfClippedLog(rms.mean(2)), RankOf(i, m)};
    columns.push_back(HalfClippedLog((m - mean).square().mean(2)));
    columns.push_back(HalfClippedLog((rms - mean).square().mean(2)));
    if (config_.with_validation_feature_dim()) {
      columns.push_back(at::full({m.size(0), 1}, config_.validation_mode() ? 1 : 0, m.options()));
    }
    return at::cat(columns, 1);
  }

  // One-hot, of the number of axes longer than 1.
  at::Tensor RankOf(size_t i, const at::Tensor& like) const {
    const auto rank = std::ranges::count_if(tensors_[i].shape, [](int64_t n) { return n > 1; });
    std::vector<double> flags(5, 0);
    if (rank < 5) flags[static_cast<size_t>(rank)] = 1;
    return at::tensor(flags, like.options()).unsqueeze(0).expand({like.size(0), -1});
  }

  // [run, tensor, unit]; the state that is kept may be another.
  at::Tensor RunLstm(const at::Tensor& features) {
    at::Tensor x = features;
    if (config_.mix_layers()) {
      const at::Tensor most =
          LinearOf(thetas_, layout_, "rnn_params/linear_1", x).relu().amax(1, /*keepdim=*/true);
      x = LinearOf(thetas_, layout_, "rnn_params/linear_2", x) + most;
    }
    const ReferenceLstm::State now = lstm_.Run(states(), x);
    ReferenceLstm::State next = config_.use_bugged_next_lstm_state() ? lstm_.Kept(states()) : now;
    const double keep = 1 - config_.rnn_state_decay();
    lstm_.Keep(states(), {next.hidden * keep, next.cell * keep});
    return now.hidden;
  }

  // The bank's weights mixed by controls [run, network]: [run, shape of one network's...].
  at::Tensor Mixed(const std::string& name, const at::Tensor& controls) const {
    const at::Tensor bank = LeafOf(thetas_, layout_, "ff_mod_stack/~/" + name);
    std::vector<int64_t> shape = bank.sizes().vec();
    shape.erase(shape.begin() + 1);
    const at::Tensor rows = bank.reshape({bank.size(0), bank.size(1), -1});
    return (100.0 / static_cast<double>(bank.size(1)) * controls.unsqueeze(1).bmm(rows))
        .view(shape);
  }

  // Without the LSTM's factor, [run, element].
  at::Tensor Step(size_t i, const at::Tensor& gradient, const at::Tensor& parameter,
                  const at::Tensor& controls) {
    const at::Tensor clipped = gradient.clamp(-1000, 1000);
    const Accumulated a =
        accumulators_[i].Update(states(), decays_, clipped, /*momentum_epsilon=*/0);
    const at::Tensor p = parameter.reshape(a.rms.sizes());
    const at::Tensor inverse = (a.rms + 1e-6).rsqrt();
    const at::Tensor outputs =
        Network(Features(clipped.reshape(p.sizes()), p, inverse, a), controls);
    at::Tensor step = StepOf(outputs, config_.step_multiplier(), config_.exp_multiplier());
    if (config_.precondition_output()) step = step * inverse.squeeze(1);
    if (!config_.param_scale_mult()) return step;
    at::Tensor scale = (p.square().mean(2) + 1e-9).sqrt();
    const double limit = config_.clip_param_scale_amount();
    if (limit > 0) scale = scale.clamp_max(limit * std::sqrt(static_cast<double>(p.size(2))));
    return step * scale;
  }

  // The library's groups, in its order, joined along the columns.
  static at::Tensor Features(const at::Tensor& g, const at::Tensor& p, const at::Tensor& inverse,
                             const Accumulated& a) {
    return SecondMomentNormalized(at::cat(
        {g, g.clamp(-.1, .1), p, a.momenta, a.rms, a.momenta * inverse, inverse,
         a.factored.gradient, g * inverse, a.factored.row, a.factored.col,
         (a.factored.row + 1e-8).rsqrt(), (a.factored.col + 1e-8).rsqrt(), a.factored.momentum},
        1));
  }

  // [run, output, element]
  at::Tensor Network(const at::Tensor& features, const at::Tensor& controls) const {
    std::vector<at::Tensor> first;
    for (int group = 0; group < kGroups; ++group) {
      first.push_back(Mixed("w0__" + std::to_string(group), controls));
    }
    at::Tensor x =
        features.transpose(1, 2).bmm(at::cat(first, 1)) + Mixed("b0", controls).unsqueeze(1);
    for (uint32_t i = 1; i <= config_.ff_hidden_layers(); ++i) {
      const std::string layer = std::to_string(i);
      x = x.relu().bmm(Mixed("w" + layer, controls)) + Mixed("b" + layer, controls).unsqueeze(1);
    }
    return x.transpose(1, 2);
  }

  const v1::HyperV2 config_;
  const ThetaLayout layout_;
  const std::vector<ParameterTensor> tensors_;
  ReferenceLstm lstm_;
  LossHistory history_;
  AccumulatorDecays decays_;
  std::vector<TensorAccumulators> accumulators_;
  at::Tensor thetas_;
};

}  // namespace

template <>
std::unique_ptr<ReferenceOptimizer> MakeReference<HyperV2Family>(const ReferenceSetup& setup) {
  return std::make_unique<ReferenceHyperV2>(setup);
}

}  // namespace paceline
