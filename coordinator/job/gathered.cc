#include "coordinator/job/gathered.h"

namespace paceline {

std::vector<CountedWindow> Gathered::Discard(WorkerId worker) {
  std::vector<CountedWindow> first;
  for (auto it = answers_.begin(); it != answers_.end();) {
    const bool follows = !first.empty() && first.back().block == it->first.block;
    if (!follows && it->second.by != worker) {
      ++it;
      continue;
    }
    if (!follows) first.push_back(it->first);
    it = answers_.erase(it);
  }
  return first;
}

}  // namespace paceline
