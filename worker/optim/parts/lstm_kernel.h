// An LSTM (reference 2.0) with a row for each tensor of the problem.
#pragma once

#include "common/lane/math.h"
#include "common/lopt/plan/lstm_plan.h"
#include "worker/optim/parts/matrix_kernel.h"

namespace paceline {

// Ends without Sync.
template <class V, class Team>
PACELINE_LANE void PrepareLstm(const Team& team, const LstmPlan& plan, const float* theta,
                               float* prepared) {
  const auto gates = [&](const float* row, uint32_t column) PACELINE_INLINE_LAMBDA {
    const uint32_t gate = column / plan.padded_hidden, unit = column % plan.padded_hidden;
    return WeightSpan{row + gate * plan.hidden + unit, plan.hidden > unit ? plan.hidden - unit : 0};
  };
  PackWeights<V>(team, plan.map, prepared,
                 [&](uint32_t input, uint32_t column) PACELINE_INLINE_LAMBDA {
                   return gates(theta + plan.weight_leaf + size_t{input} * 4 * plan.hidden, column);
                 });
  PackBias<V>(team, plan.map, prepared, [&](uint32_t column) PACELINE_INLINE_LAMBDA {
    return gates(theta + plan.bias_leaf, column);
  });
  lane::ForEach(team, plan.padded_hidden, [&](size_t i) PACELINE_INLINE_LAMBDA {
    const bool own = i < plan.hidden;
    prepared[plan.initial_hidden + i] = own ? theta[plan.initial_hidden_leaf + i] : 0.0f;
    prepared[plan.initial_cell + i] = own ? theta[plan.initial_cell_leaf + i] : 0.0f;
  });
}

// Ends without Sync.
template <class Team>
PACELINE_LANE void InitLstmState(const Team& team, const LstmPlan& plan, uint32_t tensors,
                                 const float* prepared, float* state) {
  lane::ForEach(team, size_t{tensors} * plan.padded_hidden, [&](size_t i) PACELINE_INLINE_LAMBDA {
    state[plan.hidden_state + i] = prepared[plan.initial_hidden + i % plan.padded_hidden];
    state[plan.cell_state + i] = prepared[plan.initial_cell + i % plan.padded_hidden];
  });
}

// From the rows' inputs and the state to new_hidden and new_cell. Begins after a Sync, ends with
// one.
template <class V, class Team>
PACELINE_LANE void RunLstm(const Team& team, const LstmPlan& plan, uint32_t tensors,
                           const float* prepared, const float* state, float* scratch) {
  const uint32_t width = plan.padded_hidden;
  float* rows = scratch + plan.rows;
  lane::ForEach(team, size_t{tensors} * plan.hidden, [&](size_t i) PACELINE_INLINE_LAMBDA {
    const size_t tensor = i / plan.hidden, unit = i % plan.hidden;
    rows[tensor * plan.row_stride + plan.inputs + unit] =
        state[plan.hidden_state + tensor * width + unit];
  });
  team.Sync();
  float* gates = scratch + plan.gates;
  Multiply<V>(team, plan.map, prepared, rows, plan.row_stride, tensors, gates, 4 * width);
  lane::ForEach(team, size_t{tensors} * (width / V::kLanes), [&](size_t i) PACELINE_INLINE_LAMBDA {
    const size_t at = i * V::kLanes, tensor = at / width;
    const float* z = gates + tensor * 3 * width + at;  // gate 0 of the unit
    const V input = Sigmoid(V::Load(z)) * Tanh(V::Load(z + width));
    const V forget = Sigmoid(V::Load(z + 2 * width) + V::Set(1.0f));
    const V cell = Fma(forget, V::Load(state + plan.cell_state + at), input);
    cell.Store(scratch + plan.new_cell + at);
    (Sigmoid(V::Load(z + 3 * width)) * Tanh(cell)).Store(scratch + plan.new_hidden + at);
  });
  team.Sync();
}

// state ← keep·(hidden, cell). Ends without Sync.
template <class V, class Team>
PACELINE_LANE void KeepLstmState(const Team& team, const LstmPlan& plan, uint32_t tensors,
                                 float keep, const float* hidden, const float* cell, float* state) {
  const V factor = V::Set(keep);
  lane::ForEach(team, size_t{tensors} * (plan.padded_hidden / V::kLanes),
                [&](size_t i) PACELINE_INLINE_LAMBDA {
                  const size_t at = i * V::kLanes;
                  (factor * V::Load(hidden + at)).Store(state + plan.hidden_state + at);
                  (factor * V::Load(cell + at)).Store(state + plan.cell_state + at);
                });
}

}  // namespace paceline
