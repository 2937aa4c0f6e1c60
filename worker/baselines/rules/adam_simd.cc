#include "worker/baselines/rules/adam.h"
#include "worker/baselines/rules/update_simd.h"

PACELINE_DEFINE_RULE_UPDATE(AdamPlan);
