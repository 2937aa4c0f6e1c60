#include "worker/optim/make_ops.h"
#include "worker/optim/nn_adam/kernel.h"

PACELINE_OPTIM_OPS(NnAdamPlan, lane::SimdWide)
