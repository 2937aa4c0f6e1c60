// The accumulators of AdafacMLP and those built like it: three momenta, one second moment, three
// factored second moments (docs/reference/learned-optimizers.md §1, §4), of one tensor on R runs.
#pragma once

#include <ATen/core/Tensor.h>

#include "worker/reference/factored.h"
#include "worker/reference/run_states.h"
#include "worker/task/task.h"

namespace paceline {

// Each [run or 1, decay, 1].
struct AccumulatorDecays {
  at::Tensor momentum, rms, factored;
};

// What features are made of after an update, each [run, ..., element].
struct Accumulated {
  at::Tensor momenta;  // 3
  at::Tensor rms;      // 1
  FactoredMoments factored;
};

class TensorAccumulators {
 public:
  TensorAccumulators(const ParameterTensor& tensor, RunStates& states);

  // Takes in a gradient [run, shape...]. momentum_epsilon: UpdateDiagonal's.
  Accumulated Update(RunStates& states, const AccumulatorDecays& decays, const at::Tensor& gradient,
                     double momentum_epsilon = 1e-6) const;
  // Before or after an update: [run, 3, element], [run, 1, element].
  const at::Tensor& momenta(const RunStates& states) const { return states[momenta_]; }
  const at::Tensor& rms(const RunStates& states) const { return states[rms_]; }

 private:
  bool factors_ = false;  // the tensor's rank is at least 2
  FactoredAxes axes_{0, 0};
  RunStates::Slot momenta_, rms_;
  RunStates::Slot v_row_ = 0, v_col_ = 0;  // rank ≥ 2: [run, 3, shape...], one axis each of size 1
  RunStates::Slot v_ = 0;                  // rank < 2: [run, 3, element]
};

// The 28 columns of AdafacMLP: g and p are [run, 1, element]; [run, column, element].
at::Tensor AdafacFeatures(const at::Tensor& g, const at::Tensor& p, const Accumulated& accumulated);

}  // namespace paceline
