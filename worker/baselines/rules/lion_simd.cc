#include "worker/baselines/rules/lion.h"
#include "worker/baselines/rules/update_simd.h"

PACELINE_DEFINE_RULE_UPDATE(LionPlan);
