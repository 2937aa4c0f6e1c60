// The operations of networks on single numbers, whatever axes the arrays have.
#pragma once

#include <ATen/core/Tensor.h>

#include "common/network/network.h"

namespace paceline {

// Of kAffine, kSquare, kSqrt, kExp, kLog, kTanh, kSigmoid, kClip, kStopGradient, kNotEqual, kFold
// or kTokens. type: of what is no token.
at::Tensor Element(const Node& node, const at::Tensor& x, at::ScalarType type);

}  // namespace paceline
