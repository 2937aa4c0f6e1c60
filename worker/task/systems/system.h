// Dynamical systems whose parameters are θ itself: the smallest problems on which gradient
// estimators differ (T. Vicol et al., ICML 2021; O. Li et al., NeurIPS 2023).
//
// An inner step is one step of the system, in double; its loss is taken after it. A step is written
// once over the type of number, so that pathwise derivatives come from the same text.
#pragma once

#include <span>

#include "worker/task/systems/dual.h"
#include "worker/task/task.h"

namespace paceline {

class System : public Task {
 public:
  // At most Dual::kSlopes.
  virtual size_t theta_size() const = 0;
  // The state before the first step, [parameter_count()].
  virtual void Begin(const RunSeed& seed, std::span<double> state) const = 0;
  // One step for each of `losses`, inner steps first, first + 1, ...: moves the state on and gives
  // the loss after each step.
  virtual void Advance(std::span<const double> theta, int64_t first, std::span<double> state,
                       std::span<double> losses) const = 0;
  virtual void Advance(std::span<const Dual> theta, int64_t first, std::span<Dual> state,
                       std::span<Dual> losses) const = 0;

  const System* system() const override { return this; }
  void SampleInitial(const RunSeed& seed, std::span<float> parameters) const override;
  // The loss itself within ± the bound; NaN gives the bound.
  float MetaLoss(float loss) const override;

  // A system has no gradient for an optimizer to follow and no data to be evaluated on: these stop
  // the program.
  float LossAndGradient(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                        std::span<float> gradient) const override;
  SplitScore Evaluate(const RunSeed& seed, std::span<const float> parameters, Split split,
                      size_t examples) const override;
  BatchScore Score(const RunSeed& seed, const FreshBatch& batch,
                   std::span<const float> parameters) const override;
};

}  // namespace paceline
