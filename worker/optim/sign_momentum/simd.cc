#include "worker/optim/sign_momentum/kernel.h"

#include "worker/optim/make_ops.h"

PACELINE_OPTIM_OPS(SignMomentumPlan, lane::SimdWide)
