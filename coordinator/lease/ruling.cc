#include "coordinator/lease/ruling.h"

#include <algorithm>

namespace paceline {

Ruling Rule(std::span<const Testimony> testimonies) {
  Ruling ruling;
  int most = 0, second = 0;
  for (size_t i = 0; i < testimonies.size(); ++i) {
    const auto& own = testimonies[i].particles;
    const auto earlier = testimonies.first(i);
    if (std::ranges::count(earlier, own, &Testimony::particles) > 0) continue;
    const auto votes =
        static_cast<int>(std::ranges::count(testimonies, own, &Testimony::particles));
    second = std::max(second, std::min(votes, most));
    if (votes <= most) continue;
    most = votes;
    ruling.right = i;
  }
  ruling.decided = most >= 2 && most > second;
  if (!ruling.decided) return {};
  for (const Testimony& testimony : testimonies) {
    if (testimony.particles != testimonies[ruling.right].particles) {
      ruling.outvoted.push_back(testimony.worker);
    }
  }
  return ruling;
}

}  // namespace paceline
