#include "common/lopt/layout.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "common/lopt/family.h"

namespace paceline {
namespace {

// In order of path, as the original library's trees are flattened.
ThetaLayout Finished(std::string optimizer, std::vector<ThetaLeaf> leaves) {
  std::sort(leaves.begin(), leaves.end(),
            [](const ThetaLeaf& a, const ThetaLeaf& b) { return a.path < b.path; });
  ThetaLayout layout{.optimizer = std::move(optimizer), .leaves = std::move(leaves)};
  for (ThetaLeaf& leaf : layout.leaves) {
    leaf.offset = layout.size;
    leaf.size = 1;
    for (const int64_t size : leaf.shape) leaf.size *= size;
    layout.size += leaf.size;
  }
  return layout;
}

}  // namespace

const ThetaLeaf& ThetaLayout::leaf(const std::string& path) const {
  for (const ThetaLeaf& leaf : leaves) {
    if (leaf.path == path) return leaf;
  }
  std::fprintf(stderr, "the theta of %s has no leaf %s\n", optimizer.c_str(), path.c_str());
  std::abort();
}

ThetaLayout LayoutOf(const v1::LearnedOptimizer& config) {
  const Family& family = FamilyOf(config);
  return Finished(family.name, family.leaves(config));
}

}  // namespace paceline
