// An LSTM (reference 2.0) with a row for each tensor of the problem, as plain data.
#pragma once

#include "common/lopt/plan/matrix_plan.h"

namespace paceline {

struct LstmPlan {
  uint32_t inputs = 0;
  uint32_t hidden = 0;
  uint32_t padded_hidden = 0;
  uint32_t row_stride = 0;  // of rows: inputs, then the hidden state
  MatrixPlan map;           // [inputs + hidden, 4 gates · padded_hidden]
  // Leaves of θ.
  uint32_t weight_leaf = 0;  // [inputs + hidden, 4·hidden], gates i, g, f, o
  uint32_t bias_leaf = 0;
  uint32_t initial_hidden_leaf = 0;
  uint32_t initial_cell_leaf = 0;
  // Prepared [padded_hidden]: the state before the first step.
  uint32_t initial_hidden = 0;
  uint32_t initial_cell = 0;
  // State [tensor, padded_hidden].
  size_t hidden_state = 0;
  size_t cell_state = 0;
  // Scratch.
  uint32_t rows = 0;        // [tensor, row_stride]: its first `inputs` are the caller's to fill
  uint32_t gates = 0;       // [tensor, 4·padded_hidden]
  uint32_t new_hidden = 0;  // [tensor, padded_hidden]
  uint32_t new_cell = 0;    // likewise
};

}  // namespace paceline
