// Standard deviations of single leaves of θ (Estimator.leaf_sigma of estimator.proto).
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "common/lopt/layout.h"
#include "paceline/v1/estimator.pb.h"

namespace paceline {

// `pattern` is the leaf's path, or the beginning of it and '*'.
bool LeafMatches(std::string_view pattern, std::string_view path);

// A leaf whose standard deviation is not Sigma(estimator).
struct LeafSigma {
  size_t offset = 0;
  size_t size = 0;
  float sigma = 0;
};
// In the order of the layout. Of several entries that match a leaf, the last counts.
std::vector<LeafSigma> LeafSigmas(const v1::Estimator& estimator, const ThetaLayout& layout);

// The standard deviation of every element of θ [P]; empty if all are Sigma(estimator).
std::vector<float> ElementSigmas(const v1::Estimator& estimator, const ThetaLayout& layout);

}  // namespace paceline
