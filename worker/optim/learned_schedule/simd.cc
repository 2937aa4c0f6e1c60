#include "worker/optim/learned_schedule/kernel.h"
#include "worker/optim/make_ops.h"

PACELINE_OPTIM_OPS(LearnedSchedulePlan, lane::SimdWide)
