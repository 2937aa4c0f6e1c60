#include "worker/plugin/counted_random.h"

namespace paceline {

void CountedRandom::FillNormals(std::span<float> out) {
  paceline::FillNormals(stream_, Take(out.size()), out);
}

void CountedRandom::FillWords(std::span<uint32_t> out) {
  paceline::FillWords(stream_, Take(out.size()), out);
}

uint64_t CountedRandom::Take(size_t count) {
  constexpr uint64_t kBlock = 4;
  const uint64_t first = next_;
  next_ = (first + count + kBlock - 1) / kBlock * kBlock;
  return first;
}

}  // namespace paceline
