#include "common/task/parts.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "common/lane/flops.h"

namespace paceline {

void AddTensor(std::string name, std::vector<int64_t> shape, TensorKind kind,
               std::vector<ParameterTensor>& tensors) {
  size_t size = 1;
  for (const int64_t extent : shape) size *= static_cast<size_t>(extent);
  const size_t offset = tensors.empty() ? 0 : tensors.back().offset + tensors.back().size;
  tensors.push_back({std::move(name), std::move(shape), offset, size, kind});
}

std::string EnumWord(const std::string& name, const std::string& prefix) {
  // A number that the enumeration does not name has no name.
  std::string word = name.substr(std::min(prefix.size(), name.size()));
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::tolower(c); });
  return word;
}

uint32_t Scaled(uint32_t width, uint32_t numerator, uint32_t denominator) {
  return std::max<uint32_t>(1, width * numerator / denominator);
}

ActivationFlops FlopsOf(v1::Activation activation) {
  switch (activation) {
    case v1::ACTIVATION_RELU:
    case v1::ACTIVATION_LEAKY_RELU:
      return {1, 1};
    case v1::ACTIVATION_RELU6:
      return {2, 2};
    case v1::ACTIVATION_SELU:
      return {kExp + 3, kExp + 1};
    // The slope follows from the value.
    case v1::ACTIVATION_TANH:
      return {kTanh, 2};
    case v1::ACTIVATION_SIGMOID:
      return {kExp + 2, 2};
    case v1::ACTIVATION_SILU:
      return {kExp + 3, 4};
    case v1::ACTIVATION_GELU:
      return {kTanh + 8, 10};
    case v1::ACTIVATION_COS:
    case v1::ACTIVATION_SIN:
      return {kSinCos, kSinCos};
    case v1::ACTIVATION_UNSPECIFIED:
    case v1::Activation_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Activation_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return {};
}

double SoftmaxFlops(double classes) { return classes * (kExp + 6) + kLog + 3; }

}  // namespace paceline
