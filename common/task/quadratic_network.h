// quadratic where it is more than the plain ones: two tensors, noise, a spectrum.
#pragma once

#include "common/task/network_family.h"

namespace paceline {

// Is it all that worker/task/quadratic computes: kinds plain, target and log?
bool IsSimpleQuadratic(const v1::Quadratic& task);

extern const NetworkFamily kQuadraticFamily;

}  // namespace paceline
