#include "worker/cuda/family.cuh"
#include "worker/optim/rnn_mlp_lopt/kernel.h"

PACELINE_CUDA_FAMILY(RnnMlpPlan)
