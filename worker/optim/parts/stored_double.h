// Doubles kept in buffers of floats, two floats each, wherever those lie.
#pragma once

#include <cstring>

#include "common/lane/scalar.h"
#include "common/lopt/plan/plan_sizes.h"

namespace paceline {

PACELINE_LANE double LoadDouble(const float* floats, size_t number) {
  double value;
  memcpy(&value, floats + kFloatsOfDouble * number, sizeof value);
  return value;
}
PACELINE_LANE void StoreDouble(double value, float* floats, size_t number) {
  memcpy(floats + kFloatsOfDouble * number, &value, sizeof value);
}

}  // namespace paceline
