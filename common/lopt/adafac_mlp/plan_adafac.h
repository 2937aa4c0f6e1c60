// Makes the plans of the families with AdafacMLP's features.
#pragma once

#include "common/lopt/adafac_mlp/decays.h"
#include "common/lopt/adafac_mlp/plan.h"
#include "common/lopt/plan/plan_per_parameter.h"
#include "common/lopt/tensor.h"

namespace paceline {

// Floats of a tensor's momenta and second moments.
size_t AdafacStateSize(const TensorPlan& tensor);
// The scratch of the features, once the network and the tensors are planned.
void TakeAdafacScratch(const std::vector<TensorPlan>& tensors, AdafacMlpPlan& plan,
                       FloatSlices& scratch);

// Everything but the kernel's own: θ's leaves are named as adafac_mlp's. Fills `plans` as well.
void PlanAdafac(const ThetaLayout& layout, const NetworkSettings& settings,
                const PerParameterOptions& options, const std::vector<ParameterTensor>& tensors,
                std::vector<TensorPlan>& plans, AdafacMlpPlan& plan, FloatSlices& scratch);

}  // namespace paceline
