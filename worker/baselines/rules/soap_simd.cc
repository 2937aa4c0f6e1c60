#include "worker/baselines/rules/soap.h"
#include "worker/baselines/rules/update_simd.h"

PACELINE_DEFINE_RULE_UPDATE(SoapPlan);
