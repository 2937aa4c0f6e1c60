// Makes the parts of plans of optimizers with an LSTM for each tensor.
#pragma once

#include <string>
#include <vector>

#include "common/lopt/layout.h"
#include "common/lopt/plan/lstm_plan.h"
#include "common/lopt/plan/plan_network.h"
#include "common/lopt/tensor.h"

namespace paceline {

// A dense layer; takes its slices of the prepared floats.
MatrixPlan PlanMatrix(uint32_t inputs, uint32_t outputs, FloatSlices& prepared);

// `path`: of the leaves w and b. Takes its slices of the prepared floats, of the scratch and of the
// state, whose size so far is `state_size`.
LstmPlan PlanLstm(const ThetaLayout& layout, const std::string& path, uint32_t tensors,
                  FloatSlices& prepared, FloatSlices& scratch, size_t& state_size);

// Where a leaf begins.
uint32_t LeafOf(const ThetaLayout& layout, const std::string& path);

// Tensors without elements take no part.
std::vector<ParameterTensor> WithElements(const std::vector<ParameterTensor>& tensors);

}  // namespace paceline
