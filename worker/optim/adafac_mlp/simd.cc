#include "worker/optim/adafac_mlp/kernel.h"
#include "worker/optim/make_ops.h"

PACELINE_OPTIM_OPS(AdafacMlpPlan, lane::SimdLane)
