#include "worker/baselines/rules/sm3.h"

#include <algorithm>

#include "worker/baselines/rules/makers.h"

namespace paceline {

MadeRule<Sm3Plan> MakeSm3(const RuleRequest& request) {
  MadeRule<Sm3Plan> made = {
      {.momentum = request("momentum"), .beta2 = request("beta2"), .epsilon = request("epsilon")},
      PlainTensors(request)};
  RuleSizes& sizes = made.plan.sizes;
  for (RuleTensor& tensor : made.tensors) {
    if (tensor.size == 0) continue;
    const size_t accumulators = AccumulatorsOf(tensor);
    tensor.state = sizes.state;
    sizes.state += accumulators + tensor.size;
    if (tensor.rank >= 2) sizes.scratch = std::max(sizes.scratch, accumulators);
  }
  return made;
}

}  // namespace paceline
