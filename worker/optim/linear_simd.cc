#include "worker/optim/linear_kernel.h"
#include "worker/optim/make_ops.h"

PACELINE_OPTIM_OPS(LinearPlan)
