// The rules one by one, for rules.cc.
#pragma once

#include "common/baseline/rules.h"

namespace paceline {

// descent_rules.cc
BaselineRule SgdRule();
BaselineRule MomentumRule();
BaselineRule LionRule();
// adaptive_rules.cc
BaselineRule RmspropRule();
BaselineRule AdagradRule();
BaselineRule AdamRule();
BaselineRule AdamwRule();
BaselineRule NadamwRule();
BaselineRule RadamRule();
BaselineRule AdabeliefRule();
BaselineRule YogiRule();
BaselineRule AdafactorRule();
BaselineRule Sm3Rule();
BaselineRule ScheduleFreeAdamwRule();
// layerwise_rules.cc
BaselineRule LambRule();
BaselineRule LarsRule();
BaselineRule FromageRule();
// matrix_rules.cc
BaselineRule ShampooRule();
BaselineRule SoapRule();
BaselineRule MuonRule();

}  // namespace paceline
