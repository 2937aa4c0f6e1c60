#include "worker/optim/make_ops.h"
#include "worker/optim/rnn_mlp_lopt/kernel.h"

PACELINE_OPTIM_OPS(RnnMlpPlan, lane::SimdLane)
