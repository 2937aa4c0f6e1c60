// HyperV2 (reference 2.7).
#pragma once

#include "worker/optim/adafac_mlp/kernel.h"
#include "worker/optim/hyper_v2/bank_kernel.h"
#include "worker/optim/hyper_v2/features_kernel.h"
#include "worker/optim/parts/lstm_kernel.h"

namespace paceline {

struct HyperV2Features : AdafacFeatures {
  static constexpr uint32_t kElements = kHyperV2ElementFeatures;
  static constexpr float kMomentEpsilon = 0;
};

// LearnedStep, times (rms + 1e-6)^−½ of each element if asked for.
struct HyperV2Step : LearnedStep {
  const float* inverse_rms;  // [padded]; null: not asked for

  template <class V, int kGroups>
  PACELINE_LANE void Apply(NetworkOutputs<V, kGroups, kOutputs> out, const uint32_t* places) const {
    if (inverse_rms != nullptr) {
      PACELINE_UNROLL(4)
      for (int g = 0; g < kGroups; ++g) {
        out.value[0][g] = out.value[0][g] * V::Load(inverse_rms + places[g]);
      }
    }
    LearnedStep::Apply(out, places);
  }
};

struct HyperV2Kernel : AdafacMlpKernel {
  template <class V, class Team>
  static PACELINE_LANE void Prepare(const HyperV2Plan& plan, const float* theta, float* prepared,
                                    const Team& team) {
    PrepareLstm<V>(team, plan.lstm, theta, prepared);
    if (plan.mixes) PrepareMixing<V>(team, plan, theta, prepared);
    PrepareBank<V>(team, plan.bank, plan.network, theta, prepared);
    PackDense<V>(team, plan.controls, theta + plan.controls_weight_leaf,
                 theta + plan.controls_bias_leaf, plan.bank.count, prepared);
    PackDense<V>(team, plan.step_size, theta + plan.step_size_weight_leaf,
                 theta + plan.step_size_bias_leaf, 1, prepared);
    team.Sync();
  }

  template <class V, class Team>
  static PACELINE_LANE void InitState(const HyperV2Plan& plan, const float* prepared, float* state,
                                      const Team& team) {
    const size_t moments = plan.loss_history;  // they come first
    lane::ForEach(team, moments, [&](size_t i) PACELINE_INLINE_LAMBDA { state[i] = 0.0f; });
    InitLossHistory(team, state + plan.loss_history);
    InitLstmState(team, plan.lstm, plan.tensor_count, prepared, state);
    team.Sync();
  }

  template <class V, class Team>
  static PACELINE_LANE void Update(const HyperV2Plan& plan, const float* prepared,
                                   const InnerStep& step, float* parameters, float* state,
                                   float* scratch, const Team& team) {
    FindTensorFeatures<V>(team, plan, step, parameters, state, scratch);
    FindNetworks<V>(team, plan, prepared, state, scratch);
    AdafacDecays decays;
    SetDecays(plan, decays);
    for (uint32_t i = 0; i < plan.tensor_count; ++i) {
      const TensorPlan& tensor = plan.tensors[i];
      UnpackNetwork<V>(team, plan.bank, plan.network,
                       scratch + plan.tensor_networks + size_t{i} * plan.bank.matrix.columns,
                       scratch);
      const StagedTensor staged = StageClipped<V>(team, plan, tensor, step, parameters, scratch);
      const float multiplier = plan.network.step_multiplier * StepScale(plan, i, scratch);
      const HyperV2Step apply = {{staged.parameters, multiplier, plan.network.exp_multiplier},
                                 plan.precondition_output ? scratch + plan.inverse_rms : nullptr};
      const CurvatureInputs no_curvature(plan.curvature, tensor, step, state, state, scratch);
      const TensorStep own = {
          tensor,      staged.gradient, staged.parameters, staged.parameters, state + tensor.state,
          no_curvature};
      UpdateWith<HyperV2Features, V>(plan, decays, scratch, own, apply, scratch, team);
      Unstage(team, tensor, staged, parameters);
    }
  }

 private:
  template <class V, class Team>
  static PACELINE_LANE void PrepareMixing(const Team& team, const HyperV2Plan& plan,
                                          const float* theta, float* prepared) {
    const uint32_t hidden = plan.lstm.hidden, width = plan.lstm.padded_hidden;
    const auto from = [&](uint32_t direct, uint32_t maximum, uint32_t column)
                          PACELINE_INLINE_LAMBDA {
                            const uint32_t unit = column % width;
                            return WeightSpan{theta + (column < width ? direct : maximum) + unit,
                                              hidden > unit ? hidden - unit : 0};
                          };
    PackWeights<V>(team, plan.mixing, prepared,
                   [&](uint32_t input, uint32_t column) PACELINE_INLINE_LAMBDA {
                     return from(plan.direct_weight_leaf + input * hidden,
                                 plan.maximum_weight_leaf + input * hidden, column);
                   });
    PackBias<V>(team, plan.mixing, prepared, [&](uint32_t column) PACELINE_INLINE_LAMBDA {
      return from(plan.direct_bias_leaf, plan.maximum_bias_leaf, column);
    });
  }

  static PACELINE_LANE void SetDecays(const HyperV2Plan& plan, AdafacDecays& decays) {
    const float* values = plan.initial_decays;
    PACELINE_UNROLL(3)
    for (uint32_t k = 0; k < kAdafacDecays; ++k) {
      decays.momenta[k] = {values[k], 1 - values[k]};
      decays.factored[k] = {values[kAdafacDecays + 1 + k], 1 - values[kAdafacDecays + 1 + k]};
    }
    decays.rms = {values[kAdafacDecays], 1 - values[kAdafacDecays]};
  }

  // The LSTM's rows: each tensor's features themselves, or mixed with those of all tensors.
  template <class V, class Team>
  static PACELINE_LANE void FillRows(const Team& team, const HyperV2Plan& plan,
                                     const float* prepared, float* scratch) {
    const LstmPlan& lstm = plan.lstm;
    const uint32_t tensors = plan.tensor_count, stride = Padded(plan.features);
    const float* features = scratch + plan.tensor_features;
    float* rows = scratch + lstm.rows;
    if (!plan.mixes) {
      lane::ForEach(team, size_t{tensors} * plan.features, [&](size_t i) PACELINE_INLINE_LAMBDA {
        const size_t tensor = i / plan.features, f = i % plan.features;
        rows[tensor * lstm.row_stride + f] = features[tensor * stride + f];
      });
      return;
    }
    const uint32_t columns = plan.mixing.columns, width = lstm.padded_hidden;
    float* mixed = scratch + plan.mixed;
    Multiply<V>(team, plan.mixing, prepared, features, stride, tensors, mixed, columns);
    lane::ForEach(team, width / V::kLanes, [&](size_t i) {
      const uint32_t unit = static_cast<uint32_t>(i) * V::kLanes;
      V most = V::Set(0.0f);
      for (uint32_t t = 0; t < tensors; ++t) {
        most = Max(most, V::Load(mixed + size_t{t} * columns + width + unit));
      }
      for (uint32_t t = 0; t < tensors; ++t) {
        StorePart(V::Load(mixed + size_t{t} * columns + unit) + most,
                  rows + size_t{t} * lstm.row_stride + unit,
                  lstm.hidden > unit ? lstm.hidden - unit : 0);
      }
    });
  }

  // From the tensors' features to their networks and steps; the LSTM's state moves.
  template <class V, class Team>
  static PACELINE_LANE void FindNetworks(const Team& team, const HyperV2Plan& plan,
                                         const float* prepared, float* state, float* scratch) {
    const LstmPlan& lstm = plan.lstm;
    const uint32_t tensors = plan.tensor_count;
    FillRows<V>(team, plan, prepared, scratch);
    RunLstm<V>(team, lstm, tensors, prepared, state, scratch);
    const float* hidden = scratch + lstm.new_hidden;
    if (plan.state_stands_still) {
      KeepLstmState<V>(team, lstm, tensors, plan.keep_state, state + lstm.hidden_state,
                       state + lstm.cell_state, state);
    } else {
      KeepLstmState<V>(team, lstm, tensors, plan.keep_state, hidden, scratch + lstm.new_cell,
                       state);
    }
    float* controls = scratch + plan.tensor_controls;
    const uint32_t width = lstm.padded_hidden;
    Multiply<V>(team, plan.step_size, prepared, hidden, width, tensors, scratch + plan.tensor_step,
                plan.step_size.columns);
    Multiply<V>(team, plan.controls, prepared, hidden, width, tensors, controls,
                plan.controls.columns);
    Multiply<V>(team, plan.bank.matrix, prepared, controls, plan.controls.columns, tensors,
                scratch + plan.tensor_networks, plan.bank.matrix.columns);
  }

  // What the tensor's step is multiplied by, beside the config's multiplier.
  static PACELINE_LANE float StepScale(const HyperV2Plan& plan, uint32_t tensor,
                                       const float* scratch) {
    const float rate = scratch[plan.tensor_step + size_t{tensor} * plan.step_size.columns];
    if (!plan.param_scale_mult) return rate;
    const float size = static_cast<float>(plan.tensors[tensor].size);
    const float* statistics = scratch + plan.statistics + size_t{tensor} * kHyperV2Statistics;
    const float root = ::sqrtf(statistics[kSumSquaredParameters] / size + 1e-9f);
    const float limit = plan.scale_limit * ::sqrtf(size);
    return rate * (plan.scale_limit > 0.0f && limit < root ? limit : root);
  }

  // The gradient limited to ±1000, in scratch. Ends with a Sync.
  template <class V, class Team>
  static PACELINE_LANE StagedTensor StageClipped(const Team& team, const HyperV2Plan& plan,
                                                 const TensorPlan& tensor, const InnerStep& step,
                                                 float* parameters, float* scratch) {
    const float* gradient = step.gradient + tensor.offset;
    float* own = parameters + tensor.offset;
    float* clipped = scratch + plan.staged_gradient;
    if (tensor.in_place) {
      lane::ForEach(team, tensor.size / V::kLanes, [&](size_t i) PACELINE_INLINE_LAMBDA {
        ClipTo(V::Set(1000.0f), V::Load(gradient + i * V::kLanes)).Store(clipped + i * V::kLanes);
      });
      team.Sync();
      return {clipped, own};
    }
    float* gathered = scratch + plan.staged_parameters;
    ForPlan(
        team, tensor,
        [&](uint32_t place, uint32_t element) PACELINE_INLINE_LAMBDA {
          using lane::Scalar;
          clipped[place] = ClipTo(Scalar::Set(1000.0f), Scalar::Set(gradient[element])).raw;
          gathered[place] = own[element];
        },
        [&](uint32_t place) PACELINE_INLINE_LAMBDA { clipped[place] = gathered[place] = 0.0f; });
    team.Sync();
    return {clipped, gathered};
  }
};

}  // namespace paceline
