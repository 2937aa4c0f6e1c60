#include "worker/optim/make_ops.h"
#include "worker/optim/mlp_lopt/kernel.h"

PACELINE_OPTIM_OPS(MlpLoptPlan, lane::SimdLane)
