// A classifier: dense layers with an activation between them, softmax cross-entropy on the last
// one's output. No data and no randomness of its own.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/noise/streams.h"
#include "paceline/v1/task.pb.h"
#include "worker/task/task.h"

namespace paceline {

// Immutable and thread-safe.
class SoftmaxMlp {
 public:
  // widths: inputs, hidden layers (or none), classes. IsActivation(activation).
  SoftmaxMlp(std::vector<int> widths, v1::Activation activation,
             v1::Parametrization parametrization = v1::PARAMETRIZATION_STANDARD);

  const std::vector<int>& widths() const { return widths_; }
  v1::Activation activation() const { return activation_; }
  // Factor on the last layer's output: 1, or 1 over its inputs.
  float output_multiplier() const { return output_multiplier_; }
  // Per layer i: "mlp/~/linear_i/w" [in, out], then "mlp/~/linear_i/b" [out].
  const std::vector<ParameterTensor>& parameters() const { return parameters_; }

  // haiku's Linear: weights normal with σ = 1/√in, truncated at ±2σ, biases 0; with μ the last
  // layer's weights are 0 and biases N(0, 1). Tensor number t uses the stream's step t.
  void SampleInitial(Stream stream, std::span<float> parameters) const;

  // images: [batch, in]; labels: [batch]; parameters and gradient: [parameter]. Mean over the
  // batch, which is not empty.
  float LossAndGradient(std::span<const float> images, std::span<const int32_t> labels,
                        std::span<const float> parameters, std::span<float> gradient) const;
  double Loss(std::span<const float> images, std::span<const int32_t> labels,
              std::span<const float> parameters) const;
  // H·v and G·v of that loss, each [parameter], or empty if it is not wanted: H its Hessian, G the
  // Gauss–Newton matrix Jᵀ·(∂²loss/∂logits²)·J, J the logits' Jacobian.
  // (N. Schraudolph, "Fast curvature matrix-vector products", 2002; B. Pearlmutter, "Fast exact
  // multiplication by the Hessian", 1994.)
  void CurvatureProducts(std::span<const float> images, std::span<const int32_t> labels,
                         std::span<const float> parameters, std::span<const float> v,
                         std::span<float> hessian_product,
                         std::span<float> gauss_newton_product) const;
  // An example counts as right if no other class has a logit as large as its label's, or only later
  // ones.
  BatchScore Score(std::span<const float> images, std::span<const int32_t> labels,
                   std::span<const float> parameters) const;

 private:
  size_t layers() const { return widths_.size() - 1; }
  // Each layer's output before its activation, the last one's multiplied: [layer][batch, out].
  std::vector<std::vector<float>> Forward(std::span<const float> images, size_t batch,
                                          std::span<const float> parameters) const;

  std::vector<int> widths_;
  v1::Activation activation_;
  bool mu_;
  float output_multiplier_;
  std::vector<ParameterTensor> parameters_;
};

}  // namespace paceline
