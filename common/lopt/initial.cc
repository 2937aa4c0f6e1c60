#include <algorithm>

#include "common/lopt/layout.h"
#include "common/noise/truncated_normal.h"

namespace paceline {

std::vector<float> InitialTheta(const ThetaLayout& layout, uint64_t key) {
  std::vector<float> theta(layout.size);
  Stream stream{.key = key, .purpose = Purpose::kThetaInit};
  for (const ThetaLeaf& leaf : layout.leaves) {
    const std::span<float> values = std::span(theta).subspan(leaf.offset, leaf.size);
    if (!leaf.initial_values.empty()) {
      std::ranges::transform(leaf.initial_values, values.begin(),
                             [](double value) { return static_cast<float>(value); });
    } else if (leaf.initial_stddev > 0) {
      FillTruncatedNormals(stream, leaf.initial_stddev, values);
    } else {
      std::ranges::fill(values, static_cast<float>(leaf.initial_value));
    }
    ++stream.step;  // the number of the leaf
  }
  return theta;
}

}  // namespace paceline
