// Softmax cross-entropy, mean over the batch.
#pragma once

#include <cstdint>
#include <span>

#include "worker/task/task.h"

namespace paceline {

// logits: [batch, classes]; labels: [batch], in [0, classes). Returns the mean of
// ln Σ_c e^{z_c} − z_label, NaN if a row has a NaN or +inf. Unless it is empty, gradient
// [batch, classes] becomes dL/dlogits = (softmax(z) − onehot(label)) / batch.
double SoftmaxCrossEntropy(std::span<const float> logits, std::span<const int32_t> labels,
                           std::span<float> gradient);

// That loss with the part of the examples that are wrong: an example counts as right if no other
// class has a logit as large as its label's, or only later ones.
BatchScore SoftmaxScore(std::span<const float> logits, std::span<const int32_t> labels);

}  // namespace paceline
