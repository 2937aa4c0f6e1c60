// State and scratch of the per-parameter optimizers, in floats.
#pragma once

#include "common/footprint/tensors.h"

namespace paceline {

// Of one tensor. Features from curvature, wherever they are chosen, included.
size_t PerParameterState(const v1::LearnedOptimizer& optimizer, const TensorShape& shape);
// Of one tensor under adafac_mlp: momenta and second moment of every element, factored moments
// along rows and columns; three of each but the second moment.
size_t AdafacState(const TensorShape& shape);
// Of the run, beside its tensors'.
size_t PerParameterRunState(const v1::LearnedOptimizer& optimizer);
// Room for the largest of these tensors at work.
size_t PerParameterScratch(const v1::LearnedOptimizer& optimizer,
                           const std::vector<TensorShape>& tensors);

}  // namespace paceline
