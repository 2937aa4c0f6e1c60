#include "worker/cuda/family.cuh"
#include "worker/optim/learned_schedule/kernel.h"

PACELINE_CUDA_FAMILY(LearnedSchedulePlan)
