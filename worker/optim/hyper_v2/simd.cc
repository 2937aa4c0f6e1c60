#include "worker/optim/hyper_v2/kernel.h"
#include "worker/optim/make_ops.h"

PACELINE_OPTIM_OPS(HyperV2Plan, lane::SimdLane)
