#include "worker/cuda/family.cuh"
#include "worker/optim/mlp_nom_lopt/kernel.h"

PACELINE_CUDA_FAMILY(MlpNomPlan)
