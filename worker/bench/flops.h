// The arithmetic that one inner step needs: what every benchmark's fraction of the machine's peak
// is over.
//
// Counted are float32 additions and multiplications (a fused multiply-add is two), for the sizes
// of the config: padding, recomputation and unfolded constants are the implementation's own affair
// and lower its fraction. Whatever is constant over a tensor, a row or a column counts once there.
// An elementary function counts as the operations of its polynomial in common/lane/math.h.
//
// Task, image_mlp of widths w and batch B: 2·B·w_l·w_{l+1} for each layer's forward product, the
// same for its weights' gradient, and the same for its inputs' gradient except in the first layer;
// B·w_{l+1} for each bias' gradient; activations; softmax and its slope. 64-32-10 at batch 128:
// 1.36 M. Rules of thumb say 1.9 M: three products for every layer, though nobody needs the
// gradient of the images. (784-128-128-10: 65 M, where the rule says 91 M.)
//
// Optimizer, per parameter: moving averages, features, two operations a feature for the mean
// squares of the normaliser (which is then folded into the weights), the network's multiply-adds,
// e^x and the update.
//   mlp_lopt, hidden 32: 8 inputs (the 11 time features enter the first layer's bias once a step):
//     2·(8·32 + 32·32 + 32·2) = 2,688 and about 120 of features: 6.8 M for 2,410 parameters.
//   adafac_mlp, hidden 4: 16 inputs of each element; of the 12 others 6 are constant along a row
//     and 6 along a column: 2·(16·4 + 4·4 + 4·2) = 176 and about 120 of features, plus the rows and
//     columns: 0.75 M for 2,410 parameters. With all 28 inputs multiplied for each element it would
//     be the 0.9 M of the rule of thumb.
//   hyper_v2, LSTM 128, bank of 64, hidden 4: adafac_mlp's with 18 inputs and 24 of statistics an
//     element; for each tensor 2·30·256 of mixing, 2·256·512 of LSTM and 2·64·160 of the bank:
//     1.3 M for four tensors, 2.1 M in all for 2,410 parameters.
//   mlp_nom_lopt: as adafac_mlp with two outputs more, three exponentials and the nominal step.
//   celo2: 18 inputs of each element and 6 of each row or column, one output; each of the
//     Newton–Schulz iterations on an n × m matrix 4·n²·m + 2·n³ and a little.
//   linear: two operations a feature, and what the features themselves take.
// Accumulators count in full even if few features are chosen; the probes that features from
// curvature want are the task's, and are not counted.
#pragma once

#include "paceline/v1/optimizer.pb.h"
#include "paceline/v1/task.pb.h"

namespace paceline {

struct InnerStepWork {
  double task_flops = 0;
  double optimizer_flops = 0;
  // Least memory traffic of a step whose state is in no cache: each parameter, gradient, momentum
  // and second moment read, and all but the gradient written (44 bytes a parameter for adafac_mlp);
  // of an LSTM for each tensor its weights too.
  double bytes = 0;

  double flops() const { return task_flops + optimizer_flops; }
};

// Both are valid (common/config).
InnerStepWork WorkOfInnerStep(const v1::Task& task, const v1::LearnedOptimizer& optimizer);

}  // namespace paceline
