#include "worker/cuda/family.cuh"
#include "worker/optim/sign_momentum/kernel.h"

PACELINE_CUDA_FAMILY(SignMomentumPlan)
