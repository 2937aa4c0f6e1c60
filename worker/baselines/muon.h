// Muon (K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024): on
// matrices [in, out]
//   m ← μ·m + g;  p ← p − rate·√max(1, out/in)·NS₅(g + μ·m),
// NS₅ five of that text's Newton–Schulz iterations (worker/optim/parts/newton_schulz_kernel.h). All
// else (embeddings, tensors without two axes) moves by AdamW without weight decay.
#pragma once

#include "worker/baselines/baseline.h"

namespace paceline {

// A tensor that goes by the matrix rule; axes before the last count as one, `in`.
bool IsMuonMatrix(const ParameterTensor& tensor);

// θ: rate, warm-up, μ, AdamW's rate. Both rates rise and then fall on a line; AdamW's β are 0.9 and
// 0.99, ε 1e-8.
std::unique_ptr<Optimizer> MakeMuon(const std::vector<ParameterTensor>& tensors);
// All of these are tuned. It suits what has a matrix: else it would be AdamW.
Baseline MuonBaseline();

}  // namespace paceline
