#include "worker/baselines/rules/sgd.h"
#include "worker/baselines/rules/update_simd.h"

PACELINE_DEFINE_RULE_UPDATE(SgdPlan);
