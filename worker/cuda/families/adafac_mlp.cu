#include "worker/cuda/family.cuh"
#include "worker/optim/adafac_mlp/kernel.h"

PACELINE_CUDA_FAMILY(AdafacMlpPlan)
