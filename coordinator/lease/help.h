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
  // Of who has nothing else to do: where all are slow, helping each other makes them slower.
  bool of_idle = false;
};

struct Helper {
  WorkerId id{};
  uint32_t threads = 1;
  int64_t under_way = 0;  // blocks that it is asked for and is not late with
  int64_t room = 0;       // how many more its memory holds
  bool idle() const { return under_way == given; }
  int64_t given = 0;  // of these, those that PlanHelp has given to it
};

// In the order of `wanted`, each to the helper that has least to do per thread, the older one if
// equal. Blocks that nobody is left for are left out.
std::vector<BlockMove> PlanHelp(const std::vector<HelpWanted>& wanted, std::vector<Helper> helpers);

}  // namespace paceline
