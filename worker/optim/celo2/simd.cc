#include "worker/optim/celo2/kernel.h"
#include "worker/optim/make_ops.h"

PACELINE_OPTIM_OPS(Celo2Plan, lane::SimdLane)
