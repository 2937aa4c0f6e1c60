#include "common/lopt/plans.h"

#include <cstdio>
#include <cstdlib>

namespace paceline {

void FailNoOptimizer() {
  std::fprintf(stderr, "a learned optimizer of no kind cannot be made\n");
  std::abort();
}

}  // namespace paceline
