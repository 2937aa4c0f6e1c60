// Image classification on batches drawn from the training split: all but the network itself.
#pragma once

#include <memory>

#include "worker/data/examples.h"
#include "worker/task/batch_change.h"
#include "worker/task/task.h"
#include "worker/task/torch_program.h"

namespace paceline {

class ImageClassifier : public Task {
 public:
  // batch ≥ 1; no split of `data` is empty.
  ImageClassifier(std::shared_ptr<const ImageData> data, int classes, int batch,
                  BatchChange change = {});

  float LossAndGradient(const RunSeed& seed, int64_t step, std::span<const float> parameters,
                        std::span<float> gradient) const override;
  // clip(loss, 0, 1.5·ln classes), then NaN → 1.5·ln classes.
  float MetaLoss(float loss) const override;
  float meta_loss_bound() const override { return bound_; }
  bool has_classes() const override { return true; }
  BatchScore Score(const RunSeed& seed, const FreshBatch& batch,
                   std::span<const float> parameters) const override;
  SplitScore Evaluate(const RunSeed& seed, std::span<const float> parameters, Split split,
                      size_t examples) const override;
  const TorchProgram* torch_program() const override { return &program_; }

  // The network on given examples: images [example, height, width, channel], labels [example], any
  // number from 1 on; parameters and gradient: [parameter]. Means over the examples.
  virtual float LossAndGradient(std::span<const float> images, std::span<const int32_t> labels,
                                std::span<const float> parameters,
                                std::span<float> gradient) const = 0;
  virtual BatchScore Score(std::span<const float> images, std::span<const int32_t> labels,
                           std::span<const float> parameters) const = 0;
  virtual double Loss(std::span<const float> images, std::span<const int32_t> labels,
                      std::span<const float> parameters) const = 0;

  // ---- for the fast tiers and tests ----
  const ImageData& data() const { return *data_; }
  const std::shared_ptr<const ImageData>& shared_data() const { return data_; }
  int batch() const { return batch_; }
  const Examples& ExamplesOf(Split split) const;
  // Which training examples make up the batch of an inner step. out: [batch].
  void BatchIndices(const RunSeed& seed, int64_t step, std::span<uint32_t> out) const;
  // Likewise of a fresh batch, among the examples of its split.
  void BatchIndices(const RunSeed& seed, const FreshBatch& batch, std::span<uint32_t> out) const;
  // What becomes of images and of a training batch's labels after that.
  void ChangeImages(std::span<float> images) const { change_.Scale(images); }
  void ChangeLabels(const RunSeed& seed, int64_t step, std::span<int32_t> labels) const;

 protected:
  struct Batch {
    std::vector<float> images;    // [batch, pixel]
    std::vector<int32_t> labels;  // [batch]
  };
  Batch TrainingBatch(const RunSeed& seed, int64_t step) const;

 private:
  Batch Gather(const Examples& all, std::span<const uint32_t> chosen) const;

  std::shared_ptr<const ImageData> data_;
  int classes_;
  int batch_;
  BatchChange change_;
  float bound_;
  TorchProgram program_;
};

}  // namespace paceline
