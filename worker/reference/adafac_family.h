// The families with AdafacMLP's features and network: what they make of its outputs is their own.
#pragma once

#include <vector>

#include "worker/reference/accumulators.h"
#include "worker/reference/families.h"
#include "worker/reference/per_parameter.h"

namespace paceline {

class ReferenceAdafacFamily : public ReferenceOptimizer {
 protected:
  ReferenceAdafacFamily(const ReferenceSetup& setup, const PerParameterSettings& settings);

  // One tensor in one update, after its accumulators have moved: [run, column, element].
  struct TensorUpdate {
    size_t tensor;
    at::Tensor g, p;  // one column
    const Accumulated& accumulated;
    at::Tensor outputs;
  };
  // The new parameters [run, 1, element].
  virtual at::Tensor Move(const TensorUpdate& update) const = 0;

  const PerParameterSettings& settings() const { return settings_; }

 private:
  void ApplyTheta(const at::Tensor& thetas) override;
  void ApplyUpdate(const UpdateInputs& inputs, std::vector<at::Tensor>& parameters) override;

  const PerParameterSettings settings_;
  ThetaLayout layout_;
  ReferenceNetwork network_;
  AccumulatorDecays decays_;
  std::vector<TensorAccumulators> accumulators_;
  ReferenceCurvature curvature_;
};

}  // namespace paceline
