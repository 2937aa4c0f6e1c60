#include "common/lopt/plan/plan_recurrent.h"

#include <algorithm>
#include <iterator>

namespace paceline {

uint32_t LeafOf(const ThetaLayout& layout, const std::string& path) {
  return static_cast<uint32_t>(layout.leaf(path).offset);
}

MatrixPlan PlanMatrix(uint32_t inputs, uint32_t outputs, FloatSlices& prepared) {
  MatrixPlan plan;
  plan.inputs = inputs;
  plan.columns = Padded(outputs);
  plan.weights = prepared.Take(size_t{inputs} * plan.columns);
  plan.bias = prepared.Take(plan.columns);
  return plan;
}

LstmPlan PlanLstm(const ThetaLayout& layout, const std::string& path, uint32_t tensors,
                  FloatSlices& prepared, FloatSlices& scratch, size_t& state_size) {
  LstmPlan plan;
  const std::vector<int64_t>& shape = layout.leaf(path + "/w").shape;
  plan.hidden = static_cast<uint32_t>(shape[1] / 4);
  plan.inputs = static_cast<uint32_t>(shape[0]) - plan.hidden;
  plan.padded_hidden = Padded(plan.hidden);
  plan.row_stride = Padded(plan.inputs + plan.hidden);
  plan.map = PlanMatrix(plan.inputs + plan.hidden, 4 * plan.padded_hidden, prepared);
  plan.weight_leaf = LeafOf(layout, path + "/w");
  plan.bias_leaf = LeafOf(layout, path + "/b");
  plan.initial_hidden_leaf = LeafOf(layout, "lstm_init_state/hidden");
  plan.initial_cell_leaf = LeafOf(layout, "lstm_init_state/cell");
  plan.initial_hidden = prepared.Take(plan.padded_hidden);
  plan.initial_cell = prepared.Take(plan.padded_hidden);
  const size_t units = size_t{tensors} * plan.padded_hidden;
  plan.hidden_state = state_size;
  plan.cell_state = state_size + units;
  state_size += 2 * units;
  plan.rows = scratch.Take(size_t{tensors} * plan.row_stride);
  plan.gates = scratch.Take(4 * units);
  plan.new_hidden = scratch.Take(units);
  plan.new_cell = scratch.Take(units);
  return plan;
}

std::vector<ParameterTensor> WithElements(const std::vector<ParameterTensor>& tensors) {
  std::vector<ParameterTensor> result;
  std::ranges::copy_if(tensors, std::back_inserter(result),
                       [](const ParameterTensor& tensor) { return tensor.size > 0; });
  return result;
}

}  // namespace paceline
