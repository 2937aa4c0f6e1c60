#include "worker/optim/hand_designed/kernel.h"
#include "worker/optim/make_ops.h"

PACELINE_OPTIM_OPS(LearnableSgdPlan, lane::SimdWide)
PACELINE_OPTIM_OPS(LearnableSgdmPlan, lane::SimdWide)
PACELINE_OPTIM_OPS(LearnableAdamPlan, lane::SimdWide)
