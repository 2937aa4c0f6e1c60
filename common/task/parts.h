// What several kinds of tasks say of themselves.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "common/lopt/tensor.h"
#include "common/network/activations.h"
#include "paceline/v1/task.pb.h"

namespace paceline {

// Rows of scratch and state are padded to whole groups of 16 lanes.
constexpr uint64_t PaddedTo16(uint64_t count) { return (count + 15) / 16 * 16; }

// Puts a tensor behind the last.
void AddTensor(std::string name, std::vector<int64_t> shape, TensorKind kind,
               std::vector<ParameterTensor>& tensors);

// ("ACTIVATION_RELU", "ACTIVATION_") → "relu": a value's name in a config.
std::string EnumWord(const std::string& name, const std::string& prefix);

// At least 1.
uint32_t Scaled(uint32_t width, uint32_t numerator, uint32_t denominator);

// Softmax cross-entropy and its slope, of one example: largest logit, differences, exponentials,
// their sum, quotients, and the slope's factor.
double SoftmaxFlops(double classes);

}  // namespace paceline
