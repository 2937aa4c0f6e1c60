// Curvature products of SoftmaxMlp: a forward sweep that carries the derivative of every quantity
// along v (R of Pearlmutter), and its backward sweep.
#include <algorithm>

#include "common/lane/math.h"
#include "worker/task/activation.h"
#include "worker/task/dense.h"
#include "worker/task/image_mlp/softmax_mlp.h"
#include "worker/task/softmax.h"

namespace paceline {
namespace {

using Values = std::vector<float>;

void Add(std::span<const float> x, std::span<float> sum) {
  for (size_t i = 0; i < sum.size(); ++i) sum[i] += x[i];
}

void Multiply(std::span<const float> x, std::span<float> product) {
  for (size_t i = 0; i < product.size(); ++i) product[i] *= x[i];
}

// R{∂loss/∂logits}: with p the softmax, p ⊙ (Rz − pᵀRz) / batch for every example.
Values SlopeTangent(const Values& logits, const Values& tangent, size_t batch) {
  const size_t classes = logits.size() / batch;
  Values result(logits.size());
  for (size_t n = 0; n < batch; ++n) {
    const std::span<const float> z = std::span(logits).subspan(n * classes, classes);
    const std::span<const float> rz = std::span(tangent).subspan(n * classes, classes);
    const float highest = std::ranges::max(z);
    Values p(classes);
    float sum = 0, mean = 0;
    for (size_t c = 0; c < classes; ++c) sum += p[c] = lane::Exp(lane::Scalar{z[c] - highest}).raw;
    for (size_t c = 0; c < classes; ++c) mean += (p[c] /= sum) * rz[c];
    for (size_t c = 0; c < classes; ++c) {
      result[n * classes + c] = p[c] * (rz[c] - mean) / static_cast<float>(batch);
    }
  }
  return result;
}

// One evaluation; layer i's arrays are [batch, widths[i + 1]].
class Products {
 public:
  Products(const SoftmaxMlp& mlp, std::span<const float> images, std::span<const int32_t> labels,
           std::span<const float> parameters, std::span<const float> v,
           const std::vector<Values>& outputs)
      : mlp_(mlp),
        images_(images),
        batch_(labels.size()),
        parameters_(parameters),
        v_(v),
        outputs_(outputs),
        slope_(outputs.back().size()) {
    ForwardTangents();
    SoftmaxCrossEntropy(outputs_.back(), labels, slope_);
    MultiplyOutput(slope_);
  }

  void Run(std::span<float> hessian, std::span<float> gauss_newton) {
    hessian_slope_ = SlopeTangent(outputs_.back(), tangents_.back(), batch_);
    MultiplyOutput(hessian_slope_);
    gauss_newton_slope_ = hessian_slope_;
    for (size_t i = outputs_.size(); i-- > 0;) {
      if (!hessian.empty()) HessianLayer(i, hessian);
      if (!gauss_newton.empty()) LayerProduct(i, Input(i), gauss_newton_slope_, gauss_newton);
      if (i > 0) GoDown(i);
    }
  }

 private:
  std::span<const float> Weights(std::span<const float> of, size_t layer) const {
    const ParameterTensor& tensor = mlp_.parameters()[2 * layer];
    return of.subspan(tensor.offset, tensor.size);
  }
  std::span<const float> Bias(std::span<const float> of, size_t layer) const {
    const ParameterTensor& tensor = mlp_.parameters()[2 * layer + 1];
    return of.subspan(tensor.offset, tensor.size);
  }
  DenseShape Shape(size_t layer) const {
    return {batch_, static_cast<size_t>(mlp_.widths()[layer]),
            static_cast<size_t>(mlp_.widths()[layer + 1])};
  }

  Values Input(size_t layer) const {
    if (layer == 0) return {images_.begin(), images_.end()};
    Values input(outputs_[layer - 1].size());
    Activate(mlp_.activation(), outputs_[layer - 1], input);
    return input;
  }
  // R of it; layer ≥ 1.
  Values InputTangent(size_t layer) const {
    Values tangent = tangents_[layer - 1];
    MultiplyBySlope(mlp_.activation(), outputs_[layer - 1], tangent);
    return tangent;
  }

  // Rz = x·V + v_b + Rx·W
  void ForwardTangents() {
    for (size_t i = 0; i < outputs_.size(); ++i) {
      Values tangent(outputs_[i].size());
      DenseForward(Shape(i), Input(i), Weights(v_, i), Bias(v_, i), tangent);
      if (i > 0) {
        Values through(tangent.size());
        const Values no_bias(Shape(i).out);
        DenseForward(Shape(i), InputTangent(i), Weights(parameters_, i), no_bias, through);
        Add(through, tangent);
      }
      tangents_.push_back(std::move(tangent));
    }
    MultiplyOutput(tangents_.back());
  }

  void MultiplyOutput(Values& values) const {
    for (float& value : values) value *= mlp_.output_multiplier();
  }

  void LayerProduct(size_t layer, const Values& input, const Values& slope,
                    std::span<float> product) const {
    const ParameterTensor& w = mlp_.parameters()[2 * layer];
    const ParameterTensor& b = mlp_.parameters()[2 * layer + 1];
    DenseWeightGradient(Shape(layer), input, slope, product.subspan(w.offset, w.size),
                        product.subspan(b.offset, b.size));
  }

  // R{xᵀ·δ} = xᵀ·Rδ + Rxᵀ·δ
  void HessianLayer(size_t layer, std::span<float> product) const {
    LayerProduct(layer, Input(layer), hessian_slope_, product);
    if (layer == 0) return;
    const ParameterTensor& w = mlp_.parameters()[2 * layer];
    Values more(w.size), unused(Shape(layer).out);
    DenseWeightGradient(Shape(layer), InputTangent(layer), slope_, more, unused);
    Add(more, product.subspan(w.offset, w.size));
  }

  // δ·Wᵀ
  Values Below(size_t layer, const Values& slope, std::span<const float> of) const {
    Values below(outputs_[layer - 1].size());
    DenseInputGradient(Shape(layer), Weights(of, layer), slope, below);
    return below;
  }

  // From ∂loss/∂(layer's output) and its tangents to those of the layer below.
  void GoDown(size_t layer) {
    const Values& z = outputs_[layer - 1];
    Values bent = Below(layer, slope_, parameters_);
    Values slope = bent;
    MultiplyBySlope(mlp_.activation(), z, slope);
    MultiplyByBend(mlp_.activation(), z, bent);
    Multiply(tangents_[layer - 1], bent);
    Values hessian = Below(layer, hessian_slope_, parameters_);
    Add(Below(layer, slope_, v_), hessian);
    MultiplyBySlope(mlp_.activation(), z, hessian);
    Add(bent, hessian);
    gauss_newton_slope_ = Below(layer, gauss_newton_slope_, parameters_);
    MultiplyBySlope(mlp_.activation(), z, gauss_newton_slope_);
    slope_ = std::move(slope);
    hessian_slope_ = std::move(hessian);
  }

  const SoftmaxMlp& mlp_;
  std::span<const float> images_;
  size_t batch_;
  std::span<const float> parameters_, v_;
  const std::vector<Values>& outputs_;  // before the activation
  std::vector<Values> tangents_;        // R of them
  Values slope_;                        // ∂loss/∂ (the output of the layer at hand)
  Values hessian_slope_;                // R of it
  Values gauss_newton_slope_;           // the same without the network's own curvature
};

}  // namespace

void SoftmaxMlp::CurvatureProducts(std::span<const float> images, std::span<const int32_t> labels,
                                   std::span<const float> parameters, std::span<const float> v,
                                   std::span<float> hessian_product,
                                   std::span<float> gauss_newton_product) const {
  const std::vector<Values> outputs = Forward(images, labels.size(), parameters);
  Products(*this, images, labels, parameters, v, outputs)
      .Run(hessian_product, gauss_newton_product);
}

}  // namespace paceline
