// Orthogonalisation of a matrix by Newton–Schulz iterations, as plain data.
#pragma once

#include <cstdint>

namespace paceline {

// Scratch, room for any one matrix, n its shorter and m its longer side, p(·) padded to 16.
struct NewtonSchulzPlan {
  uint32_t steps = 0;       // 0: the matrix stays as it is
  uint32_t x[2] = {};       // [n, p(m)], taking turns
  uint32_t transposed = 0;  // [m, p(n)]
  uint32_t gram = 0;        // [n, p(n)]
  uint32_t mixed = 0;       // [n, p(n)]
  uint32_t sums = 0;        // one float, then as SumElements wants it for one sum
};

}  // namespace paceline
