// A variational autoencoder of two MLPs; minus the evidence lower bound.
#pragma once

#include "common/task/network_family.h"

namespace paceline {

extern const NetworkFamily kVaeFamily;

}  // namespace paceline
