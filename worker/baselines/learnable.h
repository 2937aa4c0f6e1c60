// The rules that are learnable optimizers as well, at constants: only the learning rate is tuned,
// over half-decades from 1e-4 to 3.
#pragma once

#include "worker/baselines/baseline.h"

namespace paceline {

Baseline SgdBaseline();
// Momentum 0.9.
Baseline MomentumBaseline();
// β 0.9, 0.999 and ε 1e-8, outside and inside the root.
Baseline AdamBaseline();

}  // namespace paceline
