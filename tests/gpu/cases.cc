#include <google/protobuf/text_format.h>

#include <bit>
#include <cmath>
#include <optional>
#include <random>
#include <utility>

#include "common/task/families.h"
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

namespace {

constexpr int64_t kRows = 256, kClasses = 10;

// Rows of an input, in memory of its owner.
struct Rows {
  std::vector<std::vector<float>> floats;
  std::vector<std::vector<int32_t>> tokens;

  TorchArray Add(const NetworkInput& input, std::mt19937& random) {
    const std::vector<int64_t> shape(input.shape.begin() + 1, input.shape.end());
    const auto numbers = static_cast<size_t>(kRows * ElementsOf(shape));
    if (input.kind == InputKind::kLabels || input.kind == InputKind::kTokens) {
      std::vector<int32_t>& own = tokens.emplace_back(numbers);
      for (int32_t& token : own) token = static_cast<int32_t>(random() % kClasses);
      return {own.data(), shape};
    }
    std::uniform_real_distribution<float> value(0.0f, 1.0f);
    std::vector<float>& own = floats.emplace_back(numbers);
    for (float& number : own) number = value(random);
    return {own.data(), shape};
  }
};

}  // namespace

MadeUpNetwork MakeUpNetwork(const char* text) {
  MadeUpNetwork made;
  google::protobuf::TextFormat::ParseFromString(text, &made.config);
  Network network = *NetworkOf(made.config);
  std::mt19937 random(1);
  const auto rows = std::make_shared<Rows>();
  SplitArrays arrays{.arrays = {}, .rows = kRows};
  for (const NetworkInput& input : network.inputs)
    arrays.arrays.push_back(rows->Add(input, random));
  std::optional<TaskData> data;
  if (!network.inputs.empty()) data = TaskData{rows, arrays, arrays, arrays, arrays};
  made.task = std::make_unique<NetworkTask>(made.config, std::move(network), std::move(data));
  return made;
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
