// A network for one run in host memory, by plain LibTorch operations (plain.h) on one thread: what
// the reference tier and evaluation compute. Throws what Torch throws.
#pragma once

#include <span>

#include "common/network/network.h"
#include "worker/network/inputs.h"

namespace paceline {

// parameters, gradient: [parameter]; 0 where the loss does not depend on one.
float PlainLossAndGradient(const Network& network, const NetworkInputs& inputs,
                           std::span<const float> parameters, std::span<float> gradient);

struct PlainScore {
  double loss = 0;
  // The part of the labels that count on which another class is on top; 0 without classes.
  float error = 0;
};
PlainScore ScorePlain(const Network& network, const NetworkInputs& inputs,
                      std::span<const float> parameters);

}  // namespace paceline
