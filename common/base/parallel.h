// The one way of spreading a loop over threads.
#pragma once

#include <cstddef>
#include <functional>

namespace paceline {

// Calls body(begin, end) on disjoint ranges that cover [0, count), each a multiple of `grain` long
// but for the last, on at most `threads` threads (this one included); returns when all are done.
void ParallelFor(int threads, size_t count, size_t grain,
                 const std::function<void(size_t, size_t)>& body);

}  // namespace paceline
