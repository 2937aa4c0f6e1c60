// image_mlp: images, dense layers, softmax cross-entropy.
#pragma once

#include <span>

#include "common/task/facts.h"

namespace paceline {

// Of a plain one (image_mlp_network.h).
TaskFacts ImageMlpFacts(const v1::ImageMlp& task);

ImageUse Images(const v1::ImageMlp& task);
v1::Task WidenedMlp(const v1::Task& task, uint32_t numerator, uint32_t denominator);

// Factor on the last layer's output: 1, or 1 over its inputs.
float MlpOutputMultiplier(v1::Parametrization parametrization, int64_t last_inputs);
// Inputs, hidden layers, classes.
std::vector<int64_t> MlpWidths(const v1::ImageMlp& task);
// Per layer i: "mlp/~/linear_i/w" [in, out], then "mlp/~/linear_i/b" [out].
std::vector<ParameterTensor> MlpTensors(std::span<const int64_t> widths);

}  // namespace paceline
