#include "worker/cuda/family.cuh"
#include "worker/optim/hand_designed/kernel.h"

PACELINE_CUDA_FAMILY(LearnableSgdPlan)
PACELINE_CUDA_FAMILY(LearnableSgdmPlan)
PACELINE_CUDA_FAMILY(LearnableAdamPlan)
