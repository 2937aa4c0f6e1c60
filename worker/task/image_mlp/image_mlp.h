// Image classification by an MLP: flatten, dense layers, softmax cross-entropy over a batch drawn
// from the training split.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "worker/task/image_classifier.h"
#include "worker/task/image_mlp/softmax_mlp.h"

namespace paceline {

class ImageMlp : public ImageClassifier {
 public:
  // network: widths of `data`'s pixels, ..., classes.
  ImageMlp(std::shared_ptr<const ImageData> data, SoftmaxMlp network, int batch,
           BatchChange change = {});

  using ImageClassifier::LossAndGradient;
  using ImageClassifier::Score;
  const std::vector<ParameterTensor>& parameters() const override { return network_.parameters(); }
  void SampleInitial(const RunSeed& seed, std::span<float> parameters) const override;
  float LossAndGradient(std::span<const float> images, std::span<const int32_t> labels,
                        std::span<const float> parameters,
                        std::span<float> gradient) const override {
    return network_.LossAndGradient(images, labels, parameters, gradient);
  }
  BatchScore Score(std::span<const float> images, std::span<const int32_t> labels,
                   std::span<const float> parameters) const override {
    return network_.Score(images, labels, parameters);
  }
  double Loss(std::span<const float> images, std::span<const int32_t> labels,
              std::span<const float> parameters) const override {
    return network_.Loss(images, labels, parameters);
  }
  bool has_curvature() const override { return true; }
  void CurvatureProducts(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                         std::span<const float> v, std::span<float> hessian_product,
                         std::span<float> gauss_newton_product) const override;
  const ImageMlp* fused_program() const override { return this; }

  // ---- for the fast tiers and tests ----
  const std::vector<int>& widths() const { return network_.widths(); }  // in, hidden..., classes
  v1::Activation activation() const { return network_.activation(); }
  float output_multiplier() const { return network_.output_multiplier(); }

 private:
  SoftmaxMlp network_;
};

}  // namespace paceline
