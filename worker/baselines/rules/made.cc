#include "worker/baselines/rules/made.h"

namespace paceline {

AroundPlan MakeAround(const RuleRequest& request, RuleSizes& sizes) {
  AroundPlan around = {.clip = request("clip"),
                       .clip_norm = request("clip_norm"),
                       .l2 = request("l2"),
                       .accumulate = static_cast<int64_t>(request("accumulate")),
                       .graft = request.Is("graft")};
  const size_t count = request.count();
  const auto take = [count](size_t& size) {
    size += count;
    return size - count;
  };
  if (around.accumulate > 1) around.sum = take(sizes.state);
  if (around.accumulate > 1 || around.changes_gradient()) around.gradient = take(sizes.scratch);
  if (around.graft) around.before = take(sizes.scratch);
  return around;
}

}  // namespace paceline
