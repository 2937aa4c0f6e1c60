#include "worker/baselines/rules/soap.h"

#include "worker/baselines/rules/kronecker_plan.h"
#include "worker/baselines/rules/makers.h"

namespace paceline {

MadeRule<SoapPlan> MakeSoap(const RuleRequest& request) {
  return KroneckerRule(request, SoapPlan());
}

}  // namespace paceline
