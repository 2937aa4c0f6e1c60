#include "worker/task/image_classifier.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "worker/task/batches.h"

namespace paceline {
namespace {

TorchProgram ProgramOf(const ImageData& data, int batch) {
  return {.arrays = {{data.train.images.data(), {data.height, data.width, data.channels}},
                     {data.train.labels.data(), {}}},
          .rows = static_cast<int64_t>(data.train.count()),
          .batch = batch};
}

}  // namespace

ImageClassifier::ImageClassifier(std::shared_ptr<const ImageData> data, int classes, int batch,
                                 BatchChange change)
    : data_(std::move(data)),
      classes_(classes),
      batch_(batch),
      change_(change),
      bound_(static_cast<float>(1.5 * std::log(static_cast<double>(classes)))),
      program_(ProgramOf(*data_, batch)) {}

void ImageClassifier::BatchIndices(const RunSeed& seed, int64_t step,
                                   std::span<uint32_t> out) const {
  FillIndices(BatchStream(seed, step), 0, static_cast<uint32_t>(data_->train.count()), out);
}

void ImageClassifier::BatchIndices(const RunSeed& seed, const FreshBatch& batch,
                                   std::span<uint32_t> out) const {
  const auto examples = static_cast<uint32_t>(ExamplesOf(batch.split).count());
  FillIndices(BatchStream(seed, batch), 0, examples, out);
}

ImageClassifier::Batch ImageClassifier::TrainingBatch(const RunSeed& seed, int64_t step) const {
  std::vector<uint32_t> chosen(batch_);
  BatchIndices(seed, step, chosen);
  Batch batch = Gather(data_->train, chosen);
  ChangeLabels(seed, step, batch.labels);
  return batch;
}

void ImageClassifier::ChangeLabels(const RunSeed& seed, int64_t step,
                                   std::span<int32_t> labels) const {
  change_.RedrawLabels(seed, step, static_cast<uint32_t>(classes_), labels);
}

ImageClassifier::Batch ImageClassifier::Gather(const Examples& all,
                                               std::span<const uint32_t> chosen) const {
  const size_t pixels = all.images.size() / all.count();
  Batch batch{.images = std::vector<float>(chosen.size() * pixels),
              .labels = std::vector<int32_t>(chosen.size())};
  for (size_t n = 0; n < chosen.size(); ++n) {
    std::copy_n(&all.images[chosen[n] * pixels], pixels, &batch.images[n * pixels]);
    batch.labels[n] = all.labels[chosen[n]];
  }
  ChangeImages(batch.images);
  return batch;
}

float ImageClassifier::LossAndGradient(const RunSeed& seed, int64_t step,
                                       std::span<const float> parameters,
                                       std::span<float> gradient) const {
  const Batch batch = TrainingBatch(seed, step);
  return LossAndGradient(batch.images, batch.labels, parameters, gradient);
}

BatchScore ImageClassifier::Score(const RunSeed& seed, const FreshBatch& batch,
                                  std::span<const float> parameters) const {
  std::vector<uint32_t> chosen(batch_);
  BatchIndices(seed, batch, chosen);
  const Batch examples = Gather(ExamplesOf(batch.split), chosen);
  return Score(examples.images, examples.labels, parameters);
}

float ImageClassifier::MetaLoss(float loss) const {
  if (!(loss < bound_)) return bound_;
  return std::max(loss, 0.0f);
}

const Examples& ImageClassifier::ExamplesOf(Split split) const {
  switch (split) {
    case Split::kTrain:
      return data_->train;
    case Split::kInnerValid:
      return data_->inner_valid;
    case Split::kOuterValid:
      return data_->outer_valid;
    case Split::kTest:
      break;
  }
  return data_->test;
}

SplitScore ImageClassifier::Evaluate(const RunSeed&, std::span<const float> parameters, Split split,
                                     size_t examples) const {
  constexpr size_t kChunk = 256;  // bounds the memory of the hidden layers
  const Examples& all = ExamplesOf(split);
  const size_t count = examples == 0 ? all.count() : std::min(examples, all.count());
  const size_t pixels = all.images.size() / all.count();
  SplitScore total;
  for (size_t begin = 0; begin < count; begin += kChunk) {
    const size_t size = std::min(kChunk, count - begin);
    const auto chunk = std::span(all.images).subspan(begin * pixels, size * pixels);
    std::vector<float> images(chunk.begin(), chunk.end());
    ChangeImages(images);
    const auto labels = std::span(all.labels).subspan(begin, size);
    const BatchScore score = Score(images, labels, parameters);
    total.loss += static_cast<double>(size) * Loss(images, labels, parameters);
    total.error += static_cast<double>(size) * score.error;
  }
  return {total.loss / static_cast<double>(count), total.error / static_cast<double>(count)};
}

}  // namespace paceline
