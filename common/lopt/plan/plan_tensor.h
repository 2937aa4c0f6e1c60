// Makes tensor plans.
#pragma once

#include "common/lopt/plan/tensor_plan.h"
#include "common/lopt/tensor.h"

namespace paceline {

// Tensors have at most 2^31 elements and 8 axes.

// One row.
TensorPlan PlanFlat(const ParameterTensor& tensor);
// Rows and columns are the two largest axes (a stable sort by size: of equal axes the later one is
// the larger), turned so that little is padding; all other axes are batches. Rank < 2: one row.
TensorPlan PlanFactored(const ParameterTensor& tensor);

}  // namespace paceline
