// Makes the plans of the families with AdafacMLP's features.
#pragma once

#include "worker/optim/adafac_mlp_plan.h"
#include "worker/optim/plan_network.h"

namespace paceline {

// Floats of a tensor's momenta and second moments.
size_t AdafacStateSize(const TensorPlan& tensor);
// The scratch of the features, once the network and the tensors are planned.
void TakeAdafacScratch(const std::vector<TensorPlan>& tensors, AdafacMlpPlan& plan,
                       FloatSlices& scratch);

}  // namespace paceline
