#include "worker/baselines/rules/adafactor.h"
#include "worker/baselines/rules/update_simd.h"

PACELINE_DEFINE_RULE_UPDATE(AdafactorPlan);
