// The next token by a transformer without positions.
#pragma once

#include "common/task/network_family.h"

namespace paceline {

extern const NetworkFamily kTransformerLmFamily;

}  // namespace paceline
