#include "worker/baselines/rules/shampoo.h"

#include "worker/baselines/rules/kronecker_plan.h"
#include "worker/baselines/rules/makers.h"

namespace paceline {

MadeRule<ShampooPlan> MakeShampoo(const RuleRequest& request) {
  ShampooPlan plan;
  plan.matrix_epsilon = request("matrix_epsilon");
  plan.sgd_norm = request.Is("sgd_norm");
  plan.start = static_cast<int64_t>(request("start"));
  return KroneckerRule(request, plan);
}

}  // namespace paceline
