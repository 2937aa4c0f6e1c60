// The arithmetic of an update of a hand-designed optimizer: what reports set beside that of learned
// ones.
//
// It counts as theirs does (worker/bench/flops.h): additions, multiplications, divisions, square
// roots, minima, maxima, absolute values and comparisons are one each, a fused multiply-add two;
// not padding, not what is multiplied by a constant 0 or 1, and not the few operations that a
// tensor, or a rotation of two eigenvectors, has but once. The guard against a denominator of 0 is
// one. tests/worker/baselines/flops_test.cc compares it with the operations that rules carry out.
#pragma once

#include <vector>

#include "common/lopt/tensor.h"
#include "paceline/v1/evaluation.pb.h"

namespace paceline {

// Floating point operations of one update, in the mean over those of a long training: what happens
// every so many updates (roots and bases of matrices, all of the rule where gradients are
// accumulated) counts by its share. `setting` is valid.
double BaselineFlops(const v1::BaselineSetting& setting,
                     const std::vector<ParameterTensor>& tensors);

}  // namespace paceline
