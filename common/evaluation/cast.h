// Which contestants plots show, and the style that each has in all of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/evaluation/metrics.h"

namespace paceline {

struct Cast {
  // A contestant's style is its place: the learned ones, the best baseline of each budget, and Adam
  // under its best one.
  std::vector<uint32_t> shown{};
  size_t left_out = 0;

  std::optional<size_t> StyleOf(uint32_t contestant) const;
};

// At most kSeriesStyles.
Cast CastOf(const v1::Evaluation& evaluation, const Metrics& metrics);
// "Left out: 9 of 20 contestants; shown are ..."; empty if all are shown.
std::string LeftOutText(const Cast& cast);

}  // namespace paceline
