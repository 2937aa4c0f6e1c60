// The instruction sets that this processor can run.
#pragma once

#include <vector>

#include "common/lane/dispatch.h"

namespace paceline::testing {

// The scalar form first.
inline std::vector<lane::Target> RunnableTargets() {
  std::vector<lane::Target> targets;
  for (const auto target : {lane::Target::kScalar, lane::Target::kAvx2, lane::Target::kAvx512}) {
    if (target <= lane::ActiveTarget()) targets.push_back(target);
  }
  return targets;
}

}  // namespace paceline::testing
