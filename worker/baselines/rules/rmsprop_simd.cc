#include "worker/baselines/rules/rmsprop.h"
#include "worker/baselines/rules/update_simd.h"

PACELINE_DEFINE_RULE_UPDATE(RmspropPlan);
