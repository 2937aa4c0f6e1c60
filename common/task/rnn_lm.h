// The next token by a recurrent network.
#pragma once

#include "common/task/network_family.h"

namespace paceline {

extern const NetworkFamily kRnnLmFamily;

}  // namespace paceline
