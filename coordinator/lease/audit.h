// Which answers are checked by a second worker though nothing is wrong with them.
#pragma once

#include <cstdint>

namespace paceline {

// A share `rate` (0 to 1) of all pairs of outer step and block, by counter: a function of the
// arguments alone, which no worker knows before it is asked.
bool IsAudited(uint64_t seed, int64_t step, uint32_t block, double rate);

}  // namespace paceline
