#include "worker/task/image_mlp/image_mlp.h"

#include <utility>

namespace paceline {

ImageMlp::ImageMlp(std::shared_ptr<const ImageData> data, SoftmaxMlp network, int batch,
                   BatchChange change)
    : ImageClassifier(std::move(data), network.widths().back(), batch, change),
      network_(std::move(network)) {}

void ImageMlp::SampleInitial(const RunSeed& seed, std::span<float> parameters) const {
  network_.SampleInitial({.key = seed.key,
                          .purpose = Purpose::kTaskInit,
                          .particle = seed.particle,
                          .episode = seed.episode},
                         parameters);
}

void ImageMlp::CurvatureProducts(const RunSeed& seed, int64_t step,
                                 std::span<const float> parameters, std::span<const float> v,
                                 std::span<float> hessian_product,
                                 std::span<float> gauss_newton_product) const {
  const Batch batch = TrainingBatch(seed, step);
  network_.CurvatureProducts(batch.images, batch.labels, parameters, v, hessian_product,
                             gauss_newton_product);
}

}  // namespace paceline
