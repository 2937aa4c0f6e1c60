#include "worker/network/fused/ops.h"

namespace paceline::fused {
namespace {

Softmax SoftmaxOf(const Frame& f, int n) {
  return {.rows = f.Size(n),
          .classes = f.Last(f.at(n).inputs[0]),
          .logits = f.In(n, 0),
          .labels = f.TokensIn(n, 1),
          .log_sums = f.Kept(n)};
}

}  // namespace

void CrossEntropies(const Frame& f, int n) { f.kernels.CrossEntropy(SoftmaxOf(f, n), f.Out(n)); }

void CrossEntropiesSlope(const Frame& f, int n) {
  f.kernels.CrossEntropySlope(SoftmaxOf(f, n), f.OutSlope(n), f.InSlope(n, 0), f.Adds(n, 0));
}

}  // namespace paceline::fused
