// Image classification by an MLP: flatten, dense layers, softmax cross-entropy over a batch drawn
// from the training split.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "common/noise/streams.h"
#include "worker/data/dataset.h"
#include "worker/task/softmax_mlp.h"
#include "worker/task/task.h"

namespace paceline {

// The stream that picks the batch of one inner step.
Stream BatchStream(const RunSeed& seed, int64_t step);
Stream BatchStream(const RunSeed& seed, const FreshBatch& batch);

class ImageMlp : public Task {
 public:
  // network: widths size², ..., classes. batch ≥ 1; no split of `data` is empty.
  ImageMlp(std::shared_ptr<const ImageData> data, SoftmaxMlp network, int batch);

  const std::vector<ParameterTensor>& parameters() const override { return network_.parameters(); }
  void SampleInitial(const RunSeed& seed, std::span<float> parameters) const override;
  float LossAndGradient(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                        std::span<float> gradient) const override;
  bool has_curvature() const override { return true; }
  void CurvatureProducts(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                         std::span<const float> v, std::span<float> hessian_product,
                         std::span<float> gauss_newton_product) const override;
  // clip(loss, 0, 1.5·ln classes), then NaN → 1.5·ln classes.
  float MetaLoss(float loss) const override;
  float meta_loss_bound() const override { return bound_; }
  bool has_classes() const override { return true; }
  BatchScore Score(const RunSeed& seed, const FreshBatch& batch,
                   std::span<const float> parameters) const override;
  double EvaluateLoss(const RunSeed& seed, std::span<const float> parameters, Split split,
                      size_t examples) const override;

  // ---- for the fast tiers and tests ----
  const ImageData& data() const { return *data_; }
  const std::shared_ptr<const ImageData>& shared_data() const { return data_; }
  const std::vector<int>& widths() const { return network_.widths(); }  // in, hidden..., classes
  v1::Activation activation() const { return network_.activation(); }
  float output_multiplier() const { return network_.output_multiplier(); }
  int batch() const { return batch_; }
  // Which training examples make up the batch of an inner step: uniform, with replacement.
  // out: [batch].
  void BatchIndices(const RunSeed& seed, int64_t step, std::span<uint32_t> out) const;
  const Examples& ExamplesOf(Split split) const;
  // Likewise of a fresh batch, among the examples of its split.
  void BatchIndices(const RunSeed& seed, const FreshBatch& batch, std::span<uint32_t> out) const;
  // On given examples: images [batch, in], labels [batch], any batch ≥ 1.
  float LossAndGradient(std::span<const float> images, std::span<const int32_t> labels,
                        std::span<const float> parameters, std::span<float> gradient) const {
    return network_.LossAndGradient(images, labels, parameters, gradient);
  }

 private:
  std::shared_ptr<const ImageData> data_;
  SoftmaxMlp network_;
  int batch_;
  float bound_;
};

}  // namespace paceline
