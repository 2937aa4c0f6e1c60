#include "worker/cuda/family.cuh"
#include "worker/optim/nn_adam/kernel.h"

PACELINE_CUDA_FAMILY(NnAdamPlan)
