// The kernels of every family in worker/optim/kernels.h, for the files that instantiate them.
#pragma once

#include "worker/optim/adafac_mlp/kernel.h"
#include "worker/optim/celo2/kernel.h"
#include "worker/optim/hand_designed/kernel.h"
#include "worker/optim/hyper_v2/kernel.h"
#include "worker/optim/learned_schedule/kernel.h"
#include "worker/optim/linear/kernel.h"
#include "worker/optim/mlp_lopt/kernel.h"
#include "worker/optim/mlp_nom_lopt/kernel.h"
#include "worker/optim/nn_adam/kernel.h"
#include "worker/optim/rnn_mlp_lopt/kernel.h"
