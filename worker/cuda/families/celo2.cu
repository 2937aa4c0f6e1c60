#include "worker/cuda/family.cuh"
#include "worker/optim/celo2/kernel.h"

PACELINE_CUDA_FAMILY(Celo2Plan)
