#include "worker/task/curvature.h"

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace paceline {

Stream CurvatureStream(const RunSeed& seed, int64_t step) {
  return {.key = seed.key,
          .purpose = Purpose::kCurvatureProbe,
          .particle = seed.particle,
          .episode = seed.episode,
          .step = static_cast<uint32_t>(step)};
}

void CurvatureProbe(const RunSeed& seed, int64_t step, std::span<float> v) {
  constexpr size_t kBits = 32;
  std::vector<uint32_t> words((v.size() + kBits - 1) / kBits);
  FillWords(CurvatureStream(seed, step), 0, words);
  for (size_t i = 0; i < v.size(); ++i) {
    v[i] = (words[i / kBits] >> (i % kBits) & 1) != 0 ? 1.0f : -1.0f;
  }
}

void ToDiagonal(std::span<const float> v, std::span<float> estimate) {
  for (size_t i = 0; i < estimate.size(); ++i) estimate[i] *= v[i];
}

void Task::CurvatureProducts(const RunSeed&, int64_t, std::span<const float>,
                             std::span<const float>, std::span<float>, std::span<float>) const {
  std::fprintf(stderr, "a task without curvature was asked for it\n");
  std::abort();
}

}  // namespace paceline
