#include "worker/baselines/rules/muon.h"
#include "worker/baselines/rules/update_simd.h"

PACELINE_DEFINE_RULE_UPDATE(MuonPlan);
