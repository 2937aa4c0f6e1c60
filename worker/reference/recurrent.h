// What the optimizers with an LSTM for each tensor share, on R runs
// (docs/reference/learned-optimizers.md §1, §8).
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "common/lopt/layout.h"
#include "worker/reference/run_states.h"

namespace paceline {

// x [run, row, in] through the leaves path/w [in, out] and path/b: [run, row, out].
at::Tensor LinearOf(const at::Tensor& thetas, const ThetaLayout& layout, const std::string& path,
                    const at::Tensor& x);

// Gates in the order i, g, f, o; 1 is added to f.
class ReferenceLstm {
 public:
  ReferenceLstm(const ThetaLayout& layout, std::string path, int64_t tensors, RunStates& states);

  struct State {
    at::Tensor hidden, cell;  // [run, tensor, unit]
  };

  void SetTheta(const at::Tensor& thetas, RunStates& states);
  // The state after inputs [run, tensor, in]; Keep makes it, or another, that of the next step.
  State Run(const RunStates& states, const at::Tensor& inputs) const;
  State Kept(const RunStates& states) const { return {states[hidden_], states[cell_]}; }
  void Keep(RunStates& states, const State& state) const;

 private:
  const ThetaLayout layout_;
  const std::string path_;
  at::Tensor thetas_;
  RunStates::Slot hidden_, cell_;
};

// HyperV2's averages of the loss with ten half-lives, and what they say. Like the original, it does
// not guard itself: a loss that is no number stays in every average for ever (an infinite one is
// cut to twice the largest average, but for the first). Engines end the episode of such a run;
// LearnedOptimizer refuses the step.
class LossHistory {
 public:
  explicit LossHistory(RunStates& states);

  // Takes in losses [run]; iterations and num_steps [run]. `equal`: all half-lives are 10.
  // [run, 9], in the type of losses.
  at::Tensor Update(RunStates& states, const at::Tensor& iterations, const at::Tensor& num_steps,
                    const at::Tensor& losses, bool equal) const;

 private:
  RunStates::Slot means_, minima_;
};

// tanh(10·(iterations/num_steps − s)) for HyperV2's nine s: [run, 9].
at::Tensor ProgressFeatures(const at::Tensor& iterations, const at::Tensor& num_steps);

// clip(ln(1e-8 + |x|), ±5)
at::Tensor ClippedLog(const at::Tensor& x);
// Mean of (x − mean)² over the last axis, which is kept.
at::Tensor SpreadOf(const at::Tensor& x);

}  // namespace paceline
