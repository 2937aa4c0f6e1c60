#include "worker/baselines/rules/shampoo.h"
#include "worker/baselines/rules/update_simd.h"

PACELINE_DEFINE_RULE_UPDATE(ShampooPlan);
