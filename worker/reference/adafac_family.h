// The families with AdafacMLP's features and network: what they make of its outputs is their own.
#pragma once

#include <vector>

#include "common/lopt/adafac_mlp/decays.h"
#include "worker/reference/accumulators.h"
#include "worker/reference/per_parameter.h"
#include "worker/reference/setup.h"

namespace paceline {

class ReferenceAdafacFamily : public ReferenceOptimizer {
 protected:
  ReferenceAdafacFamily(const ReferenceSetup& setup, const PerParameterSettings& settings,
                        AdafacDecayValues initial_decays);

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
  const AdafacDecayValues initial_decays_;
  AccumulatorDecays decays_;
  std::vector<TensorAccumulators> accumulators_;
  ReferenceCurvature curvature_;
};

}  // namespace paceline
