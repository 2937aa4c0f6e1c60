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

double SoftmaxFlops(double classes) { return classes * (kExp + 6) + kLog + 3; }

}  // namespace paceline
