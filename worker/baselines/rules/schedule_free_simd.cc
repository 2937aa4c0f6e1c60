#include "worker/baselines/rules/schedule_free.h"
#include "worker/baselines/rules/update_simd.h"

PACELINE_DEFINE_RULE_UPDATE(ScheduleFreePlan);
