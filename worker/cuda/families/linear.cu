#include "worker/cuda/family.cuh"
#include "worker/optim/linear/kernel.h"

PACELINE_CUDA_FAMILY(LinearPlan)
