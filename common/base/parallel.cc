#include "common/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace paceline {
namespace {

// Several ranges a thread, so that one slow range does not make the others wait.
size_t RangeLength(size_t threads, size_t count, size_t grain) {
  const size_t grains = (count + grain - 1) / grain;
  return std::max<size_t>(1, grains / (4 * threads)) * grain;
}

}  // namespace

void ParallelFor(int threads, size_t count, size_t grain,
                 const std::function<void(size_t, size_t)>& body) {
  if (count == 0) return;
  grain = std::max<size_t>(grain, 1);
  const size_t ranges_at_most = (count + grain - 1) / grain;
  const size_t workers = std::min<size_t>(std::max(threads, 1), ranges_at_most);
  if (workers == 1) return body(0, count);
  const size_t length = RangeLength(workers, count, grain);
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t begin = next.fetch_add(length); begin < count; begin = next.fetch_add(length)) {
      body(begin, std::min(begin + length, count));
    }
  };
  std::vector<std::jthread> helpers;
  for (size_t i = 1; i < workers; ++i) helpers.emplace_back(work);
  work();
}

}  // namespace paceline
