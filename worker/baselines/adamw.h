// AdamW (I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", 2019), with warm-up and
// decay of its rate.
#pragma once

#include "worker/baselines/adamw_loop.h"
#include "worker/baselines/baseline.h"

namespace paceline {

// p, m, v, gradient: [count].
void UpdateByAdamW(const AdamWStep& step, size_t count, const float* gradient, float* p, float* m,
                   float* v);

// θ: rate, warm-up, cosine (1 or 0), β₁, β₂, weight decay; ε is 1e-8.
std::unique_ptr<Optimizer> MakeAdamW(const std::vector<ParameterTensor>& tensors);
// All of these are tuned.
Baseline AdamWBaseline();

}  // namespace paceline
