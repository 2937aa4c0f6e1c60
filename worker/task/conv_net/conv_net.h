// Image classification by 3×3 convolutions, in plain loops: no LibTorch, the same bits everywhere.
#pragma once

#include "common/task/conv_net.h"
#include "worker/task/conv_net/conv.h"
#include "worker/task/conv_net/pool.h"
#include "worker/task/dense.h"
#include "worker/task/image_classifier.h"

namespace paceline {

class ConvNet : public ImageClassifier {
 public:
  // `config` is valid but for its data set and size, which are those of `data`.
  ConvNet(const v1::ConvNet& config, std::shared_ptr<const ImageData> data, int classes);

  using ImageClassifier::LossAndGradient;
  using ImageClassifier::Score;
  const std::vector<ParameterTensor>& parameters() const override { return parameters_; }
  // haiku's Conv2D and Linear: weights normal with σ = 1/√(inputs of an output), truncated at ±2σ,
  // biases 0.
  void SampleInitial(const RunSeed& seed, std::span<float> parameters) const override;
  float LossAndGradient(std::span<const float> images, std::span<const int32_t> labels,
                        std::span<const float> parameters,
                        std::span<float> gradient) const override;
  BatchScore Score(std::span<const float> images, std::span<const int32_t> labels,
                   std::span<const float> parameters) const override;
  double Loss(std::span<const float> images, std::span<const int32_t> labels,
              std::span<const float> parameters) const override;

 private:
  // The values of one forward pass.
  struct Pass {
    std::vector<std::vector<float>> before;  // of each convolution, before its activation
    std::vector<std::vector<float>> after;   // likewise, after it
    std::vector<float> pooled = {}, logits = {};
  };
  Pass Forward(std::span<const float> images, size_t batch,
               std::span<const float> parameters) const;
  ConvShape LayerShape(size_t layer, size_t batch) const;
  PoolShape Pooled(size_t batch) const;
  DenseShape Output(size_t batch) const;
  size_t layers() const { return places_.size(); }

  v1::Activation activation_;
  v1::Pool pool_;
  std::vector<ConvPlace> places_;  // [layer]
  std::vector<int64_t> channels_;  // of the images, then of each layer
  int64_t size_, classes_;
  std::vector<ParameterTensor> parameters_;
};

}  // namespace paceline
