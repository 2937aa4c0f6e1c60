// Truncated normals by counter, for initial weights: haiku's default initialiser is a normal cut at
// two standard deviations, its standard deviation taken before the cut.
#pragma once

#include <span>

#include "common/noise/streams.h"

namespace paceline {

// out[i] = stddev · n_i with |n_i| ≤ 2: the first such among the stream's normals number
// i, i + 2^28, i + 2·2^28, ... An element's value thus depends on no other element, nor on
// out.size(), which is at most 2^28. Pure and thread-safe.
void FillTruncatedNormals(const Stream& stream, double stddev, std::span<float> out);

}  // namespace paceline
