// Where a dense layer's weights lie among the prepared floats: packed in panels of columns, so that
// a product with a few rows reads every weight once, in order.
#pragma once

#include "common/lopt/plan/tensor_plan.h"

namespace paceline {

// Columns of a panel; what is left over beside whole panels makes panels of kLaneGroup columns.
inline constexpr uint32_t kPanel = 64;

struct MatrixPlan {
  uint32_t inputs = 0;
  uint32_t columns = 0;  // padded to whole lane groups
  uint32_t weights = 0;  // prepared [panel][input][column of the panel]
  uint32_t bias = 0;     // prepared [columns]

  PACELINE_LANE uint32_t wide_columns() const { return columns / kPanel * kPanel; }
  PACELINE_LANE uint32_t PanelWidth(uint32_t column) const {
    return column < wide_columns() ? kPanel : kLaneGroup;
  }
  // Of one weight, from `weights` on.
  PACELINE_LANE size_t Place(uint32_t input, uint32_t column) const {
    const uint32_t width = PanelWidth(column), within = column % width;
    return size_t{column - within} * inputs + size_t{input} * width + within;
  }
};

}  // namespace paceline
