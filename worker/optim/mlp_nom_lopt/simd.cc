#include "worker/optim/make_ops.h"
#include "worker/optim/mlp_nom_lopt/kernel.h"

PACELINE_OPTIM_OPS(MlpNomPlan, lane::SimdLane)
