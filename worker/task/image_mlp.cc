#include "worker/task/image_mlp.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace paceline {
namespace {

struct Gathered {
  std::vector<float> images;    // [batch, in]
  std::vector<int32_t> labels;  // [batch]
};

Gathered Gather(const Examples& all, std::span<const uint32_t> chosen) {
  const size_t pixels = all.images.size() / all.count();
  Gathered batch{.images = std::vector<float>(chosen.size() * pixels),
                 .labels = std::vector<int32_t>(chosen.size())};
  for (size_t n = 0; n < chosen.size(); ++n) {
    std::copy_n(&all.images[chosen[n] * pixels], pixels, &batch.images[n * pixels]);
    batch.labels[n] = all.labels[chosen[n]];
  }
  return batch;
}

}  // namespace

Stream BatchStream(const RunSeed& seed, int64_t step) {
  return {.key = seed.key,
          .purpose = Purpose::kBatch,
          .particle = seed.particle,
          .episode = seed.episode,
          .step = static_cast<uint32_t>(step)};
}

Stream BatchStream(const RunSeed& seed, const FreshBatch& batch) {
  Stream stream = BatchStream(seed, batch.number);
  stream.purpose = batch.purpose;
  return stream;
}

ImageMlp::ImageMlp(std::shared_ptr<const ImageData> data, SoftmaxMlp network, int batch)
    : data_(std::move(data)),
      network_(std::move(network)),
      batch_(batch),
      bound_(static_cast<float>(1.5 * std::log(static_cast<double>(network_.widths().back())))) {}

void ImageMlp::SampleInitial(const RunSeed& seed, std::span<float> parameters) const {
  network_.SampleInitial({.key = seed.key,
                          .purpose = Purpose::kTaskInit,
                          .particle = seed.particle,
                          .episode = seed.episode},
                         parameters);
}

void ImageMlp::BatchIndices(const RunSeed& seed, int64_t step, std::span<uint32_t> out) const {
  FillIndices(BatchStream(seed, step), 0, static_cast<uint32_t>(data_->train.count()), out);
}

void ImageMlp::BatchIndices(const RunSeed& seed, const FreshBatch& batch,
                            std::span<uint32_t> out) const {
  const auto examples = static_cast<uint32_t>(ExamplesOf(batch.split).count());
  FillIndices(BatchStream(seed, batch), 0, examples, out);
}

float ImageMlp::LossAndGradient(const RunSeed& seed, int64_t step,
                                std::span<const float> parameters,
                                std::span<float> gradient) const {
  std::vector<uint32_t> chosen(batch_);
  BatchIndices(seed, step, chosen);
  const Gathered batch = Gather(data_->train, chosen);
  return network_.LossAndGradient(batch.images, batch.labels, parameters, gradient);
}

BatchScore ImageMlp::Score(const RunSeed& seed, const FreshBatch& batch,
                           std::span<const float> parameters) const {
  std::vector<uint32_t> chosen(batch_);
  BatchIndices(seed, batch, chosen);
  const Gathered examples = Gather(ExamplesOf(batch.split), chosen);
  return network_.Score(examples.images, examples.labels, parameters);
}

void ImageMlp::CurvatureProducts(const RunSeed& seed, int64_t step,
                                 std::span<const float> parameters, std::span<const float> v,
                                 std::span<float> hessian_product,
                                 std::span<float> gauss_newton_product) const {
  std::vector<uint32_t> chosen(batch_);
  BatchIndices(seed, step, chosen);
  const Gathered batch = Gather(data_->train, chosen);
  network_.CurvatureProducts(batch.images, batch.labels, parameters, v, hessian_product,
                             gauss_newton_product);
}

float ImageMlp::MetaLoss(float loss) const {
  if (!(loss < bound_)) return bound_;
  return std::max(loss, 0.0f);
}

const Examples& ImageMlp::ExamplesOf(Split split) const {
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

double ImageMlp::EvaluateLoss(const RunSeed&, std::span<const float> parameters, Split split,
                              size_t examples) const {
  constexpr size_t kChunk = 256;  // bounds the memory of the hidden layers
  const Examples& all = ExamplesOf(split);
  const size_t count = examples == 0 ? all.count() : std::min(examples, all.count());
  const size_t pixels = static_cast<size_t>(widths().front());
  double total = 0;
  for (size_t begin = 0; begin < count; begin += kChunk) {
    const size_t size = std::min(kChunk, count - begin);
    const auto images = std::span(all.images).subspan(begin * pixels, size * pixels);
    const auto labels = std::span(all.labels).subspan(begin, size);
    total += static_cast<double>(size) * network_.Loss(images, labels, parameters);
  }
  return total / static_cast<double>(count);
}

}  // namespace paceline
