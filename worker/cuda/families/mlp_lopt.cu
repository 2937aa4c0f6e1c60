#include "worker/cuda/family.cuh"
#include "worker/optim/mlp_lopt/kernel.h"

PACELINE_CUDA_FAMILY(MlpLoptPlan)
