#include "worker/baselines/rules/layerwise.h"
#include "worker/baselines/rules/update_simd.h"

PACELINE_DEFINE_RULE_UPDATE(LambPlan);
PACELINE_DEFINE_RULE_UPDATE(LarsPlan);
PACELINE_DEFINE_RULE_UPDATE(FromagePlan);
