// The arithmetic of the rules one by one, for their tables; each beside its formula in
// docs/reference/baselines.md.
#pragma once

#include <vector>

#include "common/baseline/setting.h"
#include "common/lopt/tensor.h"

namespace paceline {

// Of an element.
inline constexpr double kAverageFlops = 3;        // β·m + (1 − β)·g
inline constexpr double kSquareAverageFlops = 4;  // β·v + (1 − β)·g²
inline constexpr double kQuotientFlops = 2;       // with its guard
inline constexpr double kStepFlops = 2;           // p − η·u
inline constexpr double kNormFlops = 2;

// 0 without weight decay.
double DecayFlops(const KnobValues& value);
// Adam's u, and its whole step. `second`: of v; `numerator`: of what stands over the root.
double AdamDirectionFlops(const KnobValues& value, double second = kSquareAverageFlops,
                          double numerator = 1);
double AdamElementFlops(const KnobValues& value);

using RuleFlops = double(const KnobValues& value, const std::vector<ParameterTensor>& tensors);

// element_flops.cc
RuleFlops SgdFlops, LionFlops, RmspropFlops, AdagradFlops;
RuleFlops AdamFlops, NadamwFlops, AdabeliefFlops, YogiFlops, ScheduleFreeFlops;
RuleFlops LambFlops, LarsFlops, FromageFlops;
// factored_flops.cc
RuleFlops AdafactorFlops, Sm3Flops;
// matrix_flops.cc
RuleFlops ShampooFlops, SoapFlops, MuonFlops;

}  // namespace paceline
