#include "worker/cuda/family.cuh"
#include "worker/optim/hyper_v2/kernel.h"

PACELINE_CUDA_FAMILY(HyperV2Plan)
