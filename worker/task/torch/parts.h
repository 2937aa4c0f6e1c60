// What several networks are made of.
#pragma once

#include <ATen/core/Tensor.h>

namespace paceline {

// x·w + b for every run, classes before examples: x [run, example, in], weights [run, in, class],
// biases [run, class] → [run, class, example]. A softmax over few classes is many times faster in
// LibTorch when the innermost axis is another one.
at::Tensor Logits(const at::Tensor& x, const at::Tensor& weights, const at::Tensor& biases);

// Mean softmax cross-entropy: logits [run, class, example], labels [run, example] → [run].
at::Tensor CrossEntropy(const at::Tensor& logits, const at::Tensor& labels);

}  // namespace paceline
