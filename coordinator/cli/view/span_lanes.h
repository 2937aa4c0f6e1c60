// Which spans of a program are drawn below one another, and which inside which.
#pragma once

#include <span>
#include <vector>

#include "common/trace/span.h"

namespace paceline {

// A lane for each span, from 0 on: on one lie spans after one another, and inside a span its
// children alone. Spans are in the order of their starts, the longer one of two first.
std::vector<int> LanesOf(std::span<const SpanData> spans);

}  // namespace paceline
