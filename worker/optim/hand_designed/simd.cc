#include "worker/optim/hand_designed/kernel.h"
#include "worker/optim/make_ops.h"

PACELINE_OPTIM_OPS(LearnableSgdPlan)
PACELINE_OPTIM_OPS(LearnableSgdmPlan)
PACELINE_OPTIM_OPS(LearnableAdamPlan)
