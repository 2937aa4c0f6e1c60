// Features from estimates of the diagonals of the Hessian and of the Gauss–Newton matrix on R runs:
// of each the average ĥ, s = (average of h² + 1e-8)^−½ and m·s with a momentum m; and the means of
// the latter's ĥ over the element's row, column and tensor. Averages start at 0 and are divided by
// 1 − decay^probes; before the first probe all features are 0.
//
// The row is along the larger of the two axes that a tensor is factored over, the column along the
// other one; below rank 2 both are the element itself.
#pragma once

#include <vector>

#include "common/lopt/features.h"
#include "worker/reference/optimizer.h"

namespace paceline {

class ReferenceCurvature {
 public:
  ReferenceCurvature(const FeatureRows& rows, double decay,
                     const std::vector<ParameterTensor>& tensors, RunStates& states);

  // Counts an update's probes: once, before its columns.
  void Count(RunStates& states, const UpdateInputs& inputs) const;
  // Those columns of one tensor that the network sees, [run, column, element]; undefined if there
  // are none. momentum [run, 1, element].
  at::Tensor Columns(RunStates& states, const UpdateInputs& inputs, size_t tensor,
                     const at::Tensor& momentum) const;

 private:
  // Of one matrix; empty if no column wants them.
  struct Averages {
    RunStates::Slot probes;                       // [1]
    std::vector<RunStates::Slot> means, squares;  // of each tensor, [element]
  };
  Averages NewAverages(bool wanted, RunStates& states) const;
  // 1 / (1 − decay^probes), 0 before the first: [run, 1, 1].
  at::Tensor Correction(const Averages& averages, const RunStates& states) const;
  void Move(RunStates& states, const Averages& averages, const std::vector<at::Tensor>& estimates,
            size_t tensor) const;
  at::Tensor Group(const RunStates& states, const Averages& averages, size_t tensor,
                   const at::Tensor& momentum) const;
  at::Tensor Means(const RunStates& states, size_t tensor) const;

  FeatureRows rows_;
  double decay_;
  std::vector<ParameterTensor> tensors_;
  Averages hessian_, gauss_newton_;
};

}  // namespace paceline
