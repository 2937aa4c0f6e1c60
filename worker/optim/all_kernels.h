// The kernels of every family in worker/optim/kernels.h, for the files that instantiate them.
#pragma once

#include "worker/optim/adafac_mlp_kernel.h"
#include "worker/optim/celo2_kernel.h"
#include "worker/optim/hand_designed_kernel.h"
#include "worker/optim/hyper_v2_kernel.h"
#include "worker/optim/learned_schedule_kernel.h"
#include "worker/optim/linear_kernel.h"
#include "worker/optim/mlp_lopt_kernel.h"
#include "worker/optim/mlp_nom_kernel.h"
#include "worker/optim/nn_adam_kernel.h"
#include "worker/optim/rnn_mlp_kernel.h"
