#include "common/estimator/leaf_sigma.h"

#include <algorithm>

#include "common/estimator/settings.h"

namespace paceline {

bool LeafMatches(std::string_view pattern, std::string_view path) {
  if (!pattern.ends_with('*')) return pattern == path;
  return path.starts_with(pattern.substr(0, pattern.size() - 1));
}

std::vector<LeafSigma> LeafSigmas(const v1::Estimator& estimator, const ThetaLayout& layout) {
  std::vector<LeafSigma> leaves;
  for (const ThetaLeaf& leaf : layout.leaves) {
    float sigma = 0;
    for (const v1::LeafSigma& entry : estimator.leaf_sigma()) {
      if (LeafMatches(entry.leaf(), leaf.path)) sigma = static_cast<float>(entry.sigma());
    }
    if (sigma > 0) leaves.push_back({leaf.offset, leaf.size, sigma});
  }
  return leaves;
}

std::vector<float> ElementSigmas(const v1::Estimator& estimator, const ThetaLayout& layout) {
  const std::vector<LeafSigma> leaves = LeafSigmas(estimator, layout);
  if (leaves.empty()) return {};
  std::vector<float> sigmas(layout.size, static_cast<float>(Sigma(estimator)));
  for (const LeafSigma& leaf : leaves) {
    std::fill_n(sigmas.begin() + static_cast<std::ptrdiff_t>(leaf.offset), leaf.size, leaf.sigma);
  }
  return sigmas;
}

}  // namespace paceline
