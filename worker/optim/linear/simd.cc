#include "worker/optim/linear/kernel.h"
#include "worker/optim/make_ops.h"

PACELINE_OPTIM_OPS(LinearPlan, lane::SimdWide)
