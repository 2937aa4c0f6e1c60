#include <bit>
#include <cmath>
#include <random>
#include <utility>

#include "tests/gpu/checks.h"

namespace paceline {

cuda::DeviceInfo GpuCheck::info() const {
  if (!dry_run()) return device->info();
  return {.name = "none (planned for an H100)",
          .major = 9,
          .minor = 0,
          .multiprocessors = 132,
          .shared_bytes_per_block = 227 * 1024,
          .shared_bytes_per_multiprocessor = 228 * 1024,
          .reserved_shared_bytes = 1024};
}

std::unique_ptr<ImageMlp> MadeUpTask(int size, std::vector<int> hidden, v1::Activation activation,
                                     int batch) {
  constexpr size_t kExamples = 4096;
  auto data = std::make_shared<ImageData>();
  data->height = data->width = size;
  data->classes = 10;
  std::mt19937 random(1);
  std::uniform_real_distribution<float> pixel(0.0f, 1.0f);
  for (Examples* split : {&data->train, &data->inner_valid, &data->outer_valid, &data->test}) {
    const size_t count = split == &data->train ? kExamples : 16;
    for (size_t i = 0; i < count * size * size; ++i) split->images.push_back(pixel(random));
    for (size_t i = 0; i < count; ++i) split->labels.push_back(static_cast<int>(random() % 10));
  }
  std::vector<int> widths = {size * size};
  widths.insert(widths.end(), hidden.begin(), hidden.end());
  widths.push_back(data->classes);
  return std::make_unique<ImageMlp>(std::move(data), SoftmaxMlp(std::move(widths), activation),
                                    batch);
}

v1::LearnedOptimizer Adafac(uint32_t hidden) {
  v1::LearnedOptimizer config;
  SetNetwork(*config.mutable_adafac_mlp(), static_cast<int>(hidden), 2, 0.001, 0.001);
  return config;
}

v1::LearnedOptimizer MlpLopt(uint32_t hidden) {
  v1::LearnedOptimizer config;
  SetNetwork(*config.mutable_mlp_lopt(), static_cast<int>(hidden), 2, 0.001, 0.001);
  return config;
}

std::vector<NamedOptimizer> Optimizers(bool quick) {
  v1::LearnedOptimizer diverging;
  diverging.mutable_learnable_sgd()->set_learning_rate(1e30);
  std::vector<NamedOptimizer> optimizers = {{"sgd that diverges", diverging}};
  if (quick) {
    for (const char* family : {"learnable_adam", "adafac_mlp", "nn_adam"}) {
      optimizers.push_back({family, FamilySample(family)});
    }
    return optimizers;
  }
  for (const NamedOptimizer& sample : FamilySamples()) optimizers.push_back(sample);
  optimizers.insert(
      optimizers.end(),
      {{"AdafacMLP h32", Adafac(32)}, {"MLPLOpt h32", MlpLopt(32)}, {"MLPLOpt h7", MlpLopt(7)}});
  return optimizers;
}

bool SameBits(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) && std::isnan(b[i])) continue;
    if (std::bit_cast<uint32_t>(a[i]) != std::bit_cast<uint32_t>(b[i])) return false;
  }
  return true;
}

}  // namespace paceline
