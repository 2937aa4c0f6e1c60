#include "worker/task/torch/parts.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/baddbmm.h>

namespace paceline {

at::Tensor Logits(const at::Tensor& x, const at::Tensor& weights, const at::Tensor& biases) {
  return at::baddbmm(biases.unsqueeze(2), weights.transpose(1, 2), x.transpose(1, 2));
}

at::Tensor CrossEntropy(const at::Tensor& logits, const at::Tensor& labels) {
  return logits.log_softmax(1).gather(1, labels.unsqueeze(1)).squeeze(1).mean(1).neg();
}

}  // namespace paceline
