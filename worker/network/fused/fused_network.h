// A network for one run by SIMD: the fused tier. The same bits on every instruction set; the
// oracle is RunPlain (worker/network/torch/plain.h).
#pragma once

#include <span>

#include "common/lane/dispatch.h"
#include "common/network/fused_plan.h"
#include "common/network/network.h"
#include "worker/network/fused/frame.h"
#include "worker/network/inputs.h"

namespace paceline {

struct NetworkScore {
  float loss = 0;
  // The part of the labels that count on which another class is on top (the first of equals is); 0
  // without classes.
  float error = 0;
};

// Immutable and thread-safe; scratch is the caller's.
class FusedNetwork {
 public:
  explicit FusedNetwork(const Network& network, lane::Target target = lane::ActiveTarget());

  size_t scratch_size() const { return plan_.floats; }  // floats
  const Network& network() const { return network_; }
  // parameters, gradient [parameter]; scratch [scratch_size()], of any content, best aligned to 64
  // bytes. Labels and tokens are below the number of classes and rows that they choose from.
  float LossAndGradient(const NetworkInputs& inputs, std::span<const float> parameters,
                        std::span<float> gradient, std::span<float> scratch) const;
  NetworkScore Score(const NetworkInputs& inputs, std::span<const float> parameters,
                     std::span<float> scratch) const;

 private:
  void Forward(const fused::Frame& frame) const;
  void Backward(const fused::Frame& frame) const;
  float ErrorOf(const fused::Frame& frame) const;

  const Network network_;
  const FusedPlan plan_;
  const fused::Tables tables_;
  const fused::Kernels& kernels_;
};

}  // namespace paceline
