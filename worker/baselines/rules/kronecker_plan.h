// Where the statistics of matrices lie (kronecker.h).
#pragma once

#include "worker/baselines/rules/kronecker.h"
#include "worker/baselines/rules/request.h"

namespace paceline {

// Gives every tensor its state, m and v and what its sides need; those that have a side of at most
// `largest` become matrices.
std::vector<RuleTensor> PlanKronecker(const RuleRequest& request, uint32_t largest,
                                      KroneckerScratch& places, RuleSizes& sizes);

}  // namespace paceline
