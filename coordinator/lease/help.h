// Who is asked for a block beside those that were: a pure function of a snapshot. A block that is
// late, an answer that is to be checked and a dispute all ask for one worker more.
#pragma once

#include <cstdint>
#include <vector>

#include "coordinator/roster/roster.h"
#include "coordinator/schedule/schedule.h"

namespace paceline {

struct HelpWanted {
  uint32_t block = 0;
  std::vector<WorkerId> asked;  // who cannot be asked again
};

struct Helper {
  WorkerId id{};
  uint32_t threads = 1;
  int64_t under_way = 0;  // blocks that it is asked for and has not answered
  int64_t room = 0;       // how many more its memory holds
};

// In the order of `wanted`, each to the helper that has least to do per thread, the older one if
// equal. Blocks that nobody is left for are left out.
std::vector<BlockMove> PlanHelp(const std::vector<HelpWanted>& wanted, std::vector<Helper> helpers);

}  // namespace paceline
