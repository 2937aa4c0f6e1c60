#include "coordinator/cli/view/span_lanes.h"

#include <cstddef>
#include <optional>

namespace paceline {
namespace {

// Spans under way, the innermost last.
using Lane = std::vector<const SpanData*>;

bool IsPartOf(const SpanData& child, const SpanData& parent) {
  return child.parent == parent.context.span_id &&
         child.context.trace_id == parent.context.trace_id && child.end_ns <= parent.end_ns;
}

// Inside its parent, else on the first lane that is free.
size_t Place(const SpanData& span, std::vector<Lane>& lanes) {
  std::optional<size_t> free;
  for (size_t i = 0; i < lanes.size(); ++i) {
    while (!lanes[i].empty() && lanes[i].back()->end_ns <= span.start_ns) lanes[i].pop_back();
    if (!lanes[i].empty() && IsPartOf(span, *lanes[i].back())) return i;
    if (lanes[i].empty() && !free) free = i;
  }
  if (free) return *free;
  lanes.emplace_back();
  return lanes.size() - 1;
}

}  // namespace

std::vector<int> LanesOf(std::span<const SpanData> spans) {
  std::vector<Lane> lanes;
  std::vector<int> placed;
  for (const SpanData& span : spans) {
    const size_t lane = Place(span, lanes);
    lanes[lane].push_back(&span);
    placed.push_back(static_cast<int>(lane));
  }
  return placed;
}

}  // namespace paceline
