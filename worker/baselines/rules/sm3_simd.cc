#include "worker/baselines/rules/sm3.h"
#include "worker/baselines/rules/update_simd.h"

PACELINE_DEFINE_RULE_UPDATE(Sm3Plan);
