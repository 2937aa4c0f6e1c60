// What the networks that google/learned_optimization takes from flax are made of, with flax's names
// and initial weights.
#pragma once

#include <optional>
#include <string>

#include "common/task/network_parts.h"

namespace paceline {

// Normal of standard deviation 1/√inputs after it is truncated at two of what it had before.
TensorInit LecunNormal(int64_t inputs);
// Uniform in ±√(6/(inputs + outputs)).
TensorInit XavierUniform(int64_t inputs, int64_t outputs);

// x·w + b with "<name>/kernel" [in, out] and "<name>/bias" [out].
Value FlaxDense(NetworkBuilder& net, const std::string& name, Value x, int64_t out, TensorKind kind,
                const TensorInit& kernel, const TensorInit& bias = {});

// "<name>/scale" and "<name>/bias", epsilon 1e-6.
Value FlaxLayerNorm(NetworkBuilder& net, const std::string& name, Value x);

// The layer "<name>" of a network's first part: patches [example, patch, width] of images, by a
// convolution whose windows touch. None where no patch fits; the layer has its weights all the
// same.
std::optional<Value> FlaxPatches(NetworkBuilder& net, const std::string& name, Value images,
                                 int64_t patch, Padding padding, int64_t width);

// Logits "params/head", all 0 at first.
Value FlaxHead(NetworkBuilder& net, Value x, int64_t classes);

}  // namespace paceline
